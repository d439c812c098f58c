"""How far what two sides ticked agrees; none where a side ticked nothing."""

from collections.abc import Collection

from services.matcher.domain.need import Place
from services.matcher.domain.texts import folded

SAME_REGION = 0.7
UNDECIDED = "dont_know"
# Ticking more than this says little: whoever ticked everything would fit every need.
MOST_GOALS, MOST_MODES = 4, 3


def goals_fit(wanted: Collection[int], offered: Collection[int]) -> float | None:
    """Share of the need's development goals that the capability serves; less if it serves many."""
    return _share(set(wanted), set(offered), MOST_GOALS)


def modes_fit(wished: Collection[str], offered: Collection[str]) -> float | None:
    """Share of the wished ways of working together that are offered; less if many are."""
    return _share(set(wished) - {UNDECIDED}, set(offered) - {UNDECIDED}, MOST_MODES)


def place_fit(need: Place, capability: Place) -> float | None:
    """One in the same city, less in the same region, nothing elsewhere."""
    if _same(need.city, capability.city):
        return 1.0
    if _same(need.region, capability.region):
        return SAME_REGION
    return 0.0 if need.region and capability.region else None


def language_fit(need: str, capability: str) -> float:
    """Whether both texts are in one language."""
    return float(need == capability)


def _share(wanted: set[int] | set[str], offered: set[int] | set[str], most: int) -> float | None:
    if not wanted or not offered:
        return None
    return len(wanted.intersection(offered)) / len(wanted) * min(1.0, most / len(offered))


def _same(one: str, other: str) -> bool:
    return bool(one) and folded(one) == folded(other)
