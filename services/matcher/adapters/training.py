"""Learning what `models/` holds from the sample data and the everyday subjects."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.matcher.adapters.adapting import learn_adapter
from services.matcher.adapters.bridge_files import write_bridges
from services.matcher.adapters.model_files import (
    write_centring,
    write_rarity,
)
from services.matcher.application.ports import Embedder, Role, Stemmer
from services.matcher.domain.bridges import Bridges, Scope
from services.matcher.domain.capability import Capability, parts_of
from services.matcher.domain.language import language_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.subjects import SubjectSpace
from services.matcher.domain.vectors import Centring, Matrix, Vector, unit

ONE_IN = 3
SEEN_AT_LEAST = 3
SUBJECTS = "subjects of OpenAlex (CC0) and their everyday French names and requests (CC0)"
SAMPLE = "the sample capabilities of this project (data/)"


@dataclass(frozen=True, slots=True)
class Subject:
    """A research subject in everyday French and in the English of research.

    Attributes:
        use: 2 = organisations plausibly bring it, 1 = now and then, 0 = practically never.
        everyday: Name and expressions in French, as lay people say them.
        research: Label and keywords in English.
        requests: Invented requests in lay French.
    """

    subject_id: str
    name: str
    use: int
    everyday: str
    research: str
    summary: str
    requests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subjects:
    """Texts about research subjects, written without sight of any need."""

    all: Sequence[Subject]

    @property
    def requests(self) -> list[str]:
        """Invented requests in lay French."""
        return [request for subject in self.all for request in subject.requests]

    @property
    def names(self) -> list[str]:
        """French names of subjects that organisations plausibly bring."""
        return [subject.name for subject in self.all if subject.use]

    @property
    def texts(self) -> list[str]:
        """All that is written about them, in French and in English."""
        french = [subject.everyday for subject in self.all]
        english = [f"{subject.research}. {subject.summary}" for subject in self.all]
        return [*self.requests, *french, *english]


def read_subjects(folder: Path) -> Subjects:
    """Read `everyday_fr.tsv` and `openalex_topics.tsv`: the subjects that both describe."""
    everyday = _rows(folder / "everyday_fr.tsv")
    topics = {row["id"]: row for row in _rows(folder / "openalex_topics.tsv")}
    return Subjects([_subject(row, topics[row["id"]]) for row in everyday if row["id"] in topics])


def _subject(everyday: dict[str, str], topic: dict[str, str]) -> Subject:
    return Subject(
        everyday["id"],
        everyday["name_fr"],
        int(everyday["use"]),
        f"{everyday['name_fr']} : {everyday['expressions']}",
        f"{topic['label']}. {topic['keywords']}",
        topic["summary"],
        tuple(everyday[column] for column in ("ask_1", "ask_2") if everyday[column]),
    )


def learn_centring(
    embedder: Embedder, subjects: Subjects, capabilities: Sequence[Capability], out: Path
) -> None:
    """Means of each kind of text, and the direction along which capabilities differ most."""
    passages = [capability.outline for capability in capabilities]
    parts = [part.text for capability in capabilities for part in parts_of(capability)]
    outlines = embedder.encode(passages, role=Role.PASSAGE)
    outline = outlines.mean(axis=0)
    vectors: dict[str, Vector] = {
        "need": embedder.encode(subjects.requests[::ONE_IN], role=Role.QUERY).mean(axis=0),
        "question": embedder.encode(subjects.names[::ONE_IN], role=Role.QUERY).mean(axis=0),
        "outline": outline,
        "part": embedder.encode(parts, role=Role.PASSAGE).mean(axis=0),
        "direction": np.linalg.svd(unit(outlines - outline), full_matrices=False)[2][0],
    }
    write_centring(vectors, f"Means over {SUBJECTS} and {SAMPLE}.", out)


def learn_bridges(
    embedder: Embedder,
    subjects: Subjects,
    not_research: Sequence[str],
    centring: Centring,
    out: Path,
) -> None:
    """The subjects in both languages, the adapter between them, and examples of what is asked."""

    def texts(passages: list[str]) -> Matrix:
        vectors = embedder.encode(passages, role=Role.PASSAGE)
        return centring.centred(vectors, vectors.mean(axis=0))

    def asked(queries: Sequence[str]) -> Matrix:
        return centring.centred(embedder.encode(queries, role=Role.QUERY), centring.need)

    space = SubjectSpace(
        "new",
        tuple(subject.subject_id for subject in subjects.all),
        np.array([subject.use for subject in subjects.all], dtype=np.uint8),
        texts([subject.everyday for subject in subjects.all]),
        texts([subject.research for subject in subjects.all]),
    )
    requests = asked(subjects.requests)
    of_requests = [row for row, subject in enumerate(subjects.all) for _ in subject.requests]
    adapter = learn_adapter(
        np.vstack([requests, space.everyday]),
        np.vstack([space.research[of_requests], space.research]),
    )
    scope = Scope(requests[::ONE_IN], asked(not_research))
    write_bridges(Bridges("new", space, adapter, scope), out)


def learn_rarity(
    stemmer: Stemmer, subjects: Subjects, capabilities: Sequence[Capability], out: Path
) -> None:
    """In how many texts each stem occurs."""
    own = [
        [stem for text in capability.texts for stem in _stems(stemmer, text)]
        for capability in capabilities
    ]
    all_texts = own + [_stems(stemmer, text) for text in subjects.texts]
    found_in = Counter(stem for stems in all_texts for stem in set(stems))
    kept = {stem: n for stem, n in found_in.items() if n >= SEEN_AT_LEAST}
    mean_length = float(np.mean([len(stems) for stems in own]))
    rarity = Rarity(len(all_texts), kept, mean_length)
    write_rarity(rarity, f"Counted over {SUBJECTS} and {SAMPLE}.", out)


def _stems(stemmer: Stemmer, text: str) -> list[str]:
    language = language_of(text, otherwise="fr")
    return [written.stem for written in stemmer.stems(text, language=language)]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
