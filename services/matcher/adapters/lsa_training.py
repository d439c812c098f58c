"""Learning the space of French and English stems from texts that exist in both languages."""

import csv
import json
import lzma
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from services.matcher.adapters.lsa_space import beginnings, write_lsa_space
from services.matcher.application.ports import Stemmer
from services.matcher.domain.representation import Stems

THESES = Path("papyrus/theses.jsonl.xz")
ABSTRACTS = Path("parallel/matos_fr_en.jsonl.xz")
EVERYDAY = Path("subjects/everyday_fr.tsv")
TOPICS = Path("subjects/openalex_topics.tsv")
# Later theses are kept for measuring: their authors' needs are asked of the space.
LAST_YEAR = 2017
DIMENSIONS = 400
SEEN_AT_LEAST = 3
SHARE_AT_MOST = 0.3
SOURCE = (
    "Theses of the Université de Montréal up to 2017 (Papyrus; Piedboeuf and Langlais 2022, "
    "CC BY-SA 4.0), abstracts of ANR MaTOS (Peng, Bawden and Yvon 2024, CC BY 4.0), subjects of "
    "OpenAlex (CC0 1.0) in everyday French (CC0 1.0)."
)
LICENCE = "CC BY-SA 4.0, as the theses"
COMMAND = "python -m services.matcher train-lsa --data FOLDER --out services/matcher/models"


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in French and the same, or nearly, in English."""

    fr: str
    en: str


def read_bilingual(data: Path, *, without: Collection[str] = ()) -> list[Bilingual]:
    """Everything that the space is learned from, without some theses.

    Raises:
        OSError: A file cannot be read.
    """
    theses = [
        Bilingual(line["abstract_fr"], line["abstract_en"])
        for line in json_lines(data / THESES)
        if int(line["year"]) <= LAST_YEAR and line["id"] not in without
    ]
    return [*theses, *_abstracts(data), *_subjects(data)]


def json_lines(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a packed JSON-lines file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def learn_lsa(
    stemmer: Stemmer, texts: Sequence[Bilingual], out: Path, *, dimensions: int = DIMENSIONS
) -> None:
    """Write `lsa.npz`, and `lsa.json` with where it comes from, into a folder."""
    counted = [both_languages(stemmer, text) for text in texts]
    found_in = Counter(start for starts in counted for start in starts)
    most = SHARE_AT_MOST * len(counted)
    kept = sorted(start for start, n in found_in.items() if SEEN_AT_LEAST <= n <= most)
    rarity = np.array(
        [log((1 + len(counted)) / (1 + found_in[start])) + 1 for start in kept], dtype=np.float32
    )
    svd = TruncatedSVD(dimensions, n_iter=3, random_state=0)
    svd.fit(_weighted(counted, {start: row for row, start in enumerate(kept)}, rarity))
    write_lsa_space(kept, rarity, svd.components_.T.astype(np.float32), out)
    about = {
        "source": SOURCE,
        "licence": LICENCE,
        "trained_with": COMMAND,
        "texts": len(counted),
        "beginnings": len(kept),
        "dimensions": dimensions,
    }
    (out / "lsa.json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def both_languages(stemmer: Stemmer, text: Bilingual) -> Stems:
    """Beginnings of the stems of both languages, counted together: so they come to lie together."""
    stems = Counter(
        written.stem
        for language, words in (("fr", text.fr), ("en", text.en))
        for written in stemmer.stems(words, language=language)
    )
    return beginnings(stems)


def _weighted(
    texts: Sequence[Stems], row_of: dict[str, int], rarity: NDArray[np.float32]
) -> csr_matrix:
    starts, columns, values = [0], list[int](), list[float]()
    for counted in texts:
        known = [(row_of[start], often) for start, often in counted.items() if start in row_of]
        columns += [row for row, _ in known]
        values += [(1 + log(often)) * float(rarity[row]) for row, often in known]
        starts.append(len(columns))
    shape = (len(texts), len(row_of))
    return normalize(csr_matrix((np.array(values, dtype=np.float32), columns, starts), shape))


def _abstracts(data: Path) -> list[Bilingual]:
    return [Bilingual(line["fr"], line["en"]) for line in json_lines(data / ABSTRACTS)]


def _subjects(data: Path) -> list[Bilingual]:
    english = {
        row["id"]: f"{row['label']}. {row['keywords']}. {row['summary']}"
        for row in _rows(data / TOPICS)
    }
    return [
        Bilingual(
            f"{row['name_fr']} ; {row['expressions']} ; {row['ask_1']} {row['ask_2']}",
            english[row["id"]],
        )
        for row in _rows(data / EVERYDAY)
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
