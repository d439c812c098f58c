"""Texts in French and English, from catalogues; a language is never missing a text."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime

LANGUAGES = ("fr", "en")


class MissingTextError(KeyError):
    """A text has no entry in a catalogue."""


@dataclass(frozen=True, slots=True)
class Translator:
    """The texts of one language: `t("form.title.label")`, `t("count", n=3)`."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key`, with `{name}` replaced; a number `n` chooses `.one` or `.other`.

        Raises:
            MissingTextError: No such text.
        """
        count = values.get("n")
        if isinstance(count, int) and key not in self.texts:
            key = f"{key}.{Locale(self.language).plural_form(count)}"
        if key not in self.texts:
            raise MissingTextError(f"{self.language}: {key}")
        text = self.texts[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is a text under `key`."""
        return key in self.texts

    def day(self, day: date) -> str:
        """A date as people write it: 3 mai 2026, 1er mai 2026."""
        written = str(format_date(day, format="long", locale=self.language))
        is_french_first = self.language == "fr" and day.day == 1
        return written.replace("1", "1er", 1) if is_french_first else written

    def moment(self, moment: datetime) -> str:
        """A date and time as people write them."""
        return str(format_datetime(moment, format="medium", locale=self.language))


def load_catalogue(folder: Path) -> dict[str, Translator]:
    """Read `fr.toml` and `en.toml`; nested tables become dotted keys."""
    return {
        language: Translator(
            language, _flat(tomllib.loads((folder / f"{language}.toml").read_text("utf-8")))
        )
        for language in LANGUAGES
    }


def _flat(table: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{key}.")
        else:
            flat[key] = str(value)
    return flat


def preferred(accept_language: str, *, default: str = "fr") -> str:
    """The first language of an Accept-Language header that we speak."""
    for part in accept_language.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return default
