"""The research subjects that needs and capabilities share, with everyday words for each."""

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

FILE = "subjects.tsv.gz"
COLUMNS = ("id", "en", "fr", "field", "domain", "use", "everyday", "keywords")
BETWEEN = " ; "
MOST_KEYWORDS = 6


@dataclass(frozen=True, slots=True)
class Subject:
    """A research subject, as OpenAlex cuts research into topics.

    Attributes:
        field: One of OpenAlex's 26 fields, in English, to group by.
        domain: One of its 4 domains, in English.
        use: How often organisations bring it: 2 plausibly, 1 now and then, 0 practically never.
        everyday: What lay people call it, in French.
        keywords: What researchers call it, in English.
    """

    id: str
    en: str
    fr: str
    field: str
    domain: str
    use: int
    everyday: tuple[str, ...]
    keywords: tuple[str, ...]

    def label(self, language: Literal["fr", "en"]) -> str:
        """Its name."""
        return self.fr if language == "fr" else self.en

    def about(self, language: Literal["fr", "en"]) -> tuple[str, ...]:
        """What it is about, in the plainest words there are."""
        return self.everyday if language == "fr" else self.keywords


@cache
def subjects() -> Mapping[str, Subject]:
    """All 4,516 subjects by id, read when first asked for."""
    packed = files(__package__).joinpath(FILE).read_bytes()
    rows = csv.reader(_lines(packed), delimiter="\t", quoting=csv.QUOTE_NONE)
    found = [_subject(row) for row in rows]
    return {subject.id: subject for subject in found}


def packed_from(folder: Path) -> bytes:
    """The file that `subjects` reads, made of the two tables in a folder.

    Args:
        folder: Holds `openalex_topics.tsv` (id, label, field, domain, keywords) and
            `everyday_fr.tsv` (id, name_fr, use, expressions); other columns are left out.
    """
    everyday = {row["id"]: row for row in _table(folder / "everyday_fr.tsv")}
    rows = [
        (
            topic["id"],
            topic["label"],
            everyday[topic["id"]]["name_fr"],
            topic["field"],
            topic["domain"],
            everyday[topic["id"]]["use"],
            everyday[topic["id"]]["expressions"],
            BETWEEN.join(topic["keywords"].split("; ")[:MOST_KEYWORDS]),
        )
        for topic in _table(folder / "openalex_topics.tsv")
    ]
    text = "".join("\t".join(row) + "\n" for row in rows)
    # Without a time inside: the same tables give the same bytes.
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def _lines(packed: bytes) -> Iterable[str]:
    return gzip.decompress(packed).decode("utf-8").splitlines()


def _subject(row: list[str]) -> Subject:
    told = dict(zip(COLUMNS, row, strict=True))
    return Subject(
        id=told["id"],
        en=told["en"],
        fr=told["fr"],
        field=told["field"],
        domain=told["domain"],
        use=int(told["use"]),
        everyday=_listed(told["everyday"]),
        keywords=_listed(told["keywords"]),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(BETWEEN) if part)


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
