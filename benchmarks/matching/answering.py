"""How people answer, for simulations: assumed, not measured."""

import numpy as np

from services.matcher.domain.answer import Answer, Outcome

# By grade 0 to 3: how likely someone who answers says yes, and someone who declines "not my field".
YES = (0.02, 0.15, 0.60, 0.85)
NOT_MINE = (0.85, 0.60, 0.10, 0.02)
SILENT = 0.3

Chance = np.random.Generator


def said(grade: int, chance: Chance) -> Answer:
    """What someone says to a proposal of a grade."""
    if chance.random() < SILENT:
        return Answer(Outcome.EXPIRED)
    if chance.random() < YES[grade]:
        return Answer(Outcome.ACCEPTED)
    mine = chance.random() < NOT_MINE[grade]
    return Answer(Outcome.DECLINED, "out_of_field" if mine else "no_capacity")
