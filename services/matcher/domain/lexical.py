"""How far two texts share rare words."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

from services.matcher.domain.representation import Stems

SATURATION = 1.2
LENGTH_SHARE = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """How rare stems are, counted once over a fixed collection.

    Attributes:
        documents: How many texts were counted.
        found_in: In how many of them each stem occurs; absent = in none.
        mean_length: Stems of an average capability.
    """

    documents: int
    found_in: Mapping[str, int]
    mean_length: float

    def weight(self, stem: str) -> float:
        """Inverse document frequency as in BM25 (Robertson and Zaragoza 2009), never negative."""
        found = self.found_in.get(stem, 0)
        return log(1 + (self.documents - found + 0.5) / (found + 0.5))

    def rarest(self, stems: Stems, *, at_most: int) -> list[str]:
        """The rarest of some stems, rarest first: what to look capabilities up by."""
        return sorted(stems, key=lambda stem: (-self.weight(stem), stem))[:at_most]


def bm25(wanted: Stems, found: Stems, rarity: Rarity) -> float:
    """BM25 of a need's stems in a capability's, each stem of the need counted once."""
    length = sum(found.values()) / rarity.mean_length
    norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length)
    return sum(
        rarity.weight(stem) * found[stem] * (SATURATION + 1) / (found[stem] + norm)
        for stem in sorted(wanted)
        if stem in found
    )


def rare_words(wanted: Stems, found: Stems, rarity: Rarity) -> float:
    """BM25 as a share from 0 to 1: s / (s + the weight of four unknown words)."""
    score = bm25(wanted, found, rarity)
    return score / (score + 4 * rarity.weight(""))
