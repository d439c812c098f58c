"""A model tried beside the one in use: how far their choices differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIRST = 3


@dataclass(frozen=True, slots=True)
class Beside:
    """How one model did beside another on one need, or summed up over several.

    Attributes:
        needs: Over how many it is summed up.
        correlation: Of the two orders of all candidates (Spearman's), from -1 to 1.
        overlap: Share of the first three that both have.
        others: Researchers whom the one tried would have asked, and the other did not.
        asked: Researchers whom the one in use asked.
    """

    needs: int
    correlation: float
    overlap: float
    others: int
    asked: int


def rank_correlation(one: Sequence[str], other: Sequence[str]) -> float:
    """Spearman's, of two orders of the same things; 1 where there is nothing to order."""
    n = len(one)
    if n < 2:  # noqa: PLR2004 a single thing has one order
        return 1.0
    place = {thing: number for number, thing in enumerate(other)}
    apart = sum((number - place[thing]) ** 2 for number, thing in enumerate(one))
    return 1 - 6 * apart / (n * (n * n - 1))


def first_overlap(one: Sequence[str], other: Sequence[str]) -> float:
    """Share of the first few that both orders have in common; 1 where there is nobody."""
    first = one[:FIRST]
    return len(set(first) & set(other[:FIRST])) / len(first) if first else 1.0


def ordered(scores: Mapping[str, float]) -> list[str]:
    """By falling score; among equals by id, so that the order is total."""
    return sorted(scores, key=lambda key: (-scores[key], key))
