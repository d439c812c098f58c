"""Who lives in the storm: each with a mark that no text but their own contact may show."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

ORGANISATIONS, RESEARCHERS = "zorg", "blur"
MARK = re.compile(rf"(?:{ORGANISATIONS}|{RESEARCHERS})[a-z]{{4}}ix", re.IGNORECASE)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MODES = ["participatory_research"]
WHERE = ("la rivière", "l'étang", "le canal", "le ruisseau", "le lavoir", "le puits")
WHAT = (
    ("mousse après les orages", "tensioactifs et mousses", "détergents"),
    ("sent mauvais en été", "matières organiques et odeurs", "matières organiques"),
    ("perd ses poissons", "mortalité des poissons", "poissons"),
    ("devient verte", "cyanobactéries et eutrophisation", "nitrates"),
    ("a un goût de fer", "fer et manganèse", "métaux"),
)


@dataclass(frozen=True, slots=True)
class Character:
    """A person with an address.

    Attributes:
        mark: In the person's name, body and address, and nowhere else.
    """

    mark: str

    @property
    def email(self) -> str:
        """Where their mail goes."""
        return f"courrier@{self.mark}.example.org"


def character(kind: str, number: int) -> Character:
    """The person of this kind and number."""
    code = "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in range(4))
    return Character(f"{kind}{code}ix")


def marks_in(text: str) -> frozenset[str]:
    """Whose marks a text shows."""
    return frozenset(found.lower() for found in MARK.findall(text))


def need_of(who: Character, dice: Random) -> dict[str, str | list[str]]:
    """A short need, as typed."""
    where, (happens, _, substance) = dice.choice(WHERE), dice.choice(WHAT)
    return {
        "title": f"L'eau : {where} {happens}",
        "description": f"Depuis {dice.randint(2, 9)} ans {where} {happens}. Nous voudrions savoir"
        f" ce qu'il y a dans l'eau ({substance}) et le suivre nous-mêmes.",
        "themes": ["eau_mer"],
        "modes": MODES,
        "region": "Bretagne",
        "organisation_type": "association",
        "organisation_name": f"Les Amis {who.mark.title()}",
        "person": f"Camille {who.mark.title()}",
        "email": who.email,
        "mandate": "yes",
        "consent": "yes",
    }


def offer_of(who: Character, dice: Random) -> dict[str, str | list[str]]:
    """A short capability, as typed."""
    title, summary, keywords = _research(dice)
    return {
        "title": title,
        "summary": summary,
        "keywords": ", ".join(keywords),
        "modes": MODES,
        "region": "Bretagne",
        "institution": f"Université {who.mark.title()}",
        "person": f"Alex {who.mark.title()}",
        "email": who.email,
        "consent": "yes",
    }


def samples(folder: Path, people: list[Character], dice: Random) -> Path:
    """Capabilities in a file, as `load-samples` takes them."""
    lines = []
    for who in people:
        title, summary, keywords = _research(dice)
        said: dict[str, object] = {
            "id": who.mark,
            "name": f"Unité {who.mark.title()}",
            "title": title,
        }
        said |= {"summary": summary, "language": "fr", "region": "Bretagne"}
        lines.append(json.dumps({**said, "keywords": keywords, "modes": MODES}))
    file = folder / f"{people[0].mark}.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    return file


def _research(dice: Random) -> tuple[str, str, list[str]]:
    where, (happens, subject, substance) = dice.choice(WHERE), dice.choice(WHAT)
    summary = (
        f"Nous mesurons l'eau des rivières et des puits ({substance}), par exemple quand {where}"
        f" {happens}, et formons des habitants à prélever."
    )
    return f"Qualité de l'eau : {subject}", summary, ["eau", substance, "science participative"]
