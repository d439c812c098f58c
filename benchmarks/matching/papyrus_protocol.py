"""Finding a thesis's supervisor: who is asked, with what words, and who is right.

Profiles are theses up to 2016 of people who supervised at least three; queries are the first two
sentences of the French abstracts of their theses from 2018 on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.matcher.adapters.lsa_training import THESES, json_lines
from services.matcher.domain.capability import Capability, Output
from services.matcher.domain.need import Need
from services.matcher.domain.texts import sentences

LAST_KNOWN, FIRST_ASKED = 2016, 2018
THESES_AT_LEAST = 3
QUERY_SENTENCES, QUERY_CHARACTERS = 2, 350
TITLE_CHARACTERS = 200
LANGUAGES = ("en", "fr")


@dataclass(frozen=True, slots=True)
class Thesis:
    """One thesis: its abstracts by language, and the experts who supervised it."""

    thesis_id: str
    year: int
    abstracts: dict[str, str]
    supervisors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Half:
    """Half of the experts, the theses that tell what they do, and the theses asked of them."""

    experts: list[str]
    known: dict[str, list[Thesis]]
    asked: list[Thesis]

    @property
    def theses(self) -> list[Thesis]:
        """The theses of the experts, each once."""
        found = {t.thesis_id: t for expert in self.experts for t in self.known[expert]}
        return list(found.values())

    @property
    def answers(self) -> list[set[int]]:
        """The places in `experts` of those who are right for each query."""
        place = {expert: i for i, expert in enumerate(self.experts)}
        return [{place[s] for s in t.supervisors if s in place} for t in self.asked]


def read_theses(data: Path) -> list[Thesis]:
    """All theses.

    Raises:
        OSError: The file cannot be read.
    """
    return [
        Thesis(
            line["id"],
            int(line["year"]),
            {language: line[f"abstract_{language}"] for language in LANGUAGES},
            tuple(line["supervisors"]),
        )
        for line in json_lines(data / THESES)
    ]


def halves(theses: Sequence[Thesis]) -> tuple[Half, Half]:
    """The half that settings are chosen on, and the half that is reported."""
    known: dict[str, list[Thesis]] = defaultdict(list)
    for thesis in theses:
        if thesis.year <= LAST_KNOWN:
            for supervisor in thesis.supervisors:
                known[supervisor].append(thesis)
    experts = sorted(s for s, found in known.items() if len(found) >= THESES_AT_LEAST)
    later = [thesis for thesis in theses if thesis.year >= FIRST_ASKED]
    return _half(experts, known, later, 0), _half(experts, known, later, 1)


def _half(
    experts: Sequence[str], known: dict[str, list[Thesis]], later: Sequence[Thesis], which: int
) -> Half:
    mine = [expert for expert in experts if _drawn(expert) == which]
    asked = [thesis for thesis in later if set(thesis.supervisors).intersection(mine)]
    return Half(mine, {expert: known[expert] for expert in mine}, asked)


def _drawn(expert: str) -> int:
    """Zero or one, the same on every computer."""
    return int(sha256(expert.encode()).hexdigest(), 16) % 2


def query(thesis: Thesis) -> str:
    """The first two sentences of the French abstract, as someone might ask for help with it."""
    return " ".join(sentences(thesis.abstracts["fr"])[:QUERY_SENTENCES])[:QUERY_CHARACTERS]


def need_of(thesis: Thesis) -> Need:
    """The query as a need of the product."""
    title, *rest = sentences(query(thesis)) or [""]
    return Need(thesis.thesis_id, title, " ".join(rest))


def capability_of(expert: str, theses: Sequence[Thesis], language: str) -> Capability:
    """An expert who published theses and said nothing else."""
    outputs = [output_of(thesis, language) for thesis in theses]
    return Capability(expert, outputs=tuple(outputs), language=language)


def output_of(thesis: Thesis, language: str) -> Output:
    """A thesis in one language: titles exist in one only, so the first sentence stands for it."""
    abstract = thesis.abstracts[language].strip()
    first = (sentences(abstract) or [""])[0]
    return Output(first[:TITLE_CHARACTERS], abstract[len(first) :].strip(), thesis.year)
