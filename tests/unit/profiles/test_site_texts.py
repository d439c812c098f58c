"""What the site says: in both languages, for every word that the code can ask for."""

import re
import string
from pathlib import Path

import pytest

from services.profiles.app import LOCALES, placeholders_in
from services.profiles.domain.masking import Kind, mask
from services.profiles.domain.names import Owner
from services.profiles.domain.progress import StepName
from services.profiles.web.pages import HERE, STATIC
from services.profiles.web.paths import PATHS, language_of
from services.profiles.web.personal import DONE, WEEKS
from shared.runtime.i18n import LANGUAGES, load_catalogue

CATALOGUE = load_catalogue(LOCALES)
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
LITERAL = re.compile(r'\bt\("([a-z_.0-9]*[a-z_0-9])"(?! [~%])')


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    def values(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    fr, en = CATALOGUE["fr"].texts, CATALOGUE["en"].texts
    assert fr.keys() == en.keys()
    assert {key: values(fr[key]) for key in fr} == {key: values(en[key]) for key in en}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_text_that_a_template_names_exists(template: Path) -> None:
    named = set(LITERAL.findall(template.read_text("utf-8")))
    known = CATALOGUE["fr"]
    assert {key for key in named if not known.has(key) and not known.has(f"{key}.other")} == set()


def test_every_step_has_a_name() -> None:
    assert all(CATALOGUE["fr"].has(f"mine.step.{step}") for step in StepName)
    assert all(CATALOGUE["fr"].has(f"mine.done.{done}") for done in DONE)
    assert [CATALOGUE["en"]("mine.pause.weeks", n=n) for n in WEEKS]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_style_or_script_of_their_own(template: Path) -> None:
    html = template.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script>|https?://", html)


def test_the_site_loads_nothing_from_elsewhere() -> None:
    for path in STATIC.iterdir():
        found = re.findall(r"https?://[^\s\"')]+", path.read_text("utf-8"))
        assert [one for one in found if not one.startswith("http://www.w3.org/")] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_their_own_masking(language: str) -> None:
    masks = placeholders_in(CATALOGUE)["en" if language == "en" else "fr"]
    assert set(masks) == set(Kind)
    owner = Owner("Nom Masqué", "Hidden Name", "", "")
    for placeholder in masks.values():
        assert mask(placeholder, owner, masks) == placeholder


def test_an_address_tells_its_language() -> None:
    for paths in PATHS.values():
        assert {language_of(paths[language]) for language in LANGUAGES} == set(LANGUAGES)
        assert all(language_of(paths[language]) == language for language in LANGUAGES)
    assert language_of("/en") == "en"
    assert language_of("/enquete") == "fr"


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "ground"),
        ("soft", "ground"),
        ("soft", "paper"),
        ("soft", "tint"),
        ("deep", "ground"),
        ("deep", "tint"),
        ("brick", "paper"),
        ("brick", "brick-tint"),
        ("deeper", "sun"),
    ],
)
def test_text_stands_out_from_its_ground(ink: str, ground: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 or more."""
    css = (STATIC / "site.css").read_text("utf-8")
    colours = {
        name: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:])
        for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", css)
    }
    lighter, darker = sorted((_luminance(colours[ink]), _luminance(colours[ground])), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
