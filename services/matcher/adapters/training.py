"""Learning what `models/` holds from the sample data and the everyday subjects."""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.matcher.adapters.model_files import write_centring, write_rarity
from services.matcher.application.ports import Embedder, Role, Stemmer
from services.matcher.domain.capability import Capability, parts_of
from services.matcher.domain.language import language_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.vectors import Vector, unit

ONE_IN = 3
SEEN_AT_LEAST = 3
SUBJECTS = "subjects of OpenAlex (CC0) and their everyday French names and requests (CC0)"
SAMPLE = "the sample capabilities of this project (data/)"


@dataclass(frozen=True, slots=True)
class Subjects:
    """Texts about research subjects, written without sight of any need.

    Attributes:
        requests: Invented requests in lay French.
        names: French names of subjects that organisations plausibly bring.
        texts: Names with expressions in French, labels with summaries in English.
    """

    requests: Sequence[str]
    names: Sequence[str]
    texts: Sequence[str]


def read_subjects(folder: Path) -> Subjects:
    """Read `everyday_fr.tsv` and `openalex_topics.tsv`."""
    everyday, topics = (_rows(folder / n) for n in ("everyday_fr.tsv", "openalex_topics.tsv"))
    asked = [row[column] for row in everyday for column in ("ask_1", "ask_2") if row[column]]
    french = [f"{row['name_fr']} ; {row['expressions']}" for row in everyday]
    english = [f"{row['label']}. {row['keywords']}. {row['summary']}" for row in topics]
    names = [row["name_fr"] for row in everyday if row["use"] != "0"]
    return Subjects(asked, names, [*asked, *french, *english])


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
