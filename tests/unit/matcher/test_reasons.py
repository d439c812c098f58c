from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.lexical import Rarity
from services.matcher.domain.need import Place
from services.matcher.domain.reasons import (
    LONGEST_SPAN,
    Ground,
    Kind,
    SharedWords,
    choose_grounds,
    quotes_of,
)
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from tests.support.builders_represented import (
    EAST,
    NORTH,
    UP,
    a_capability,
    a_need,
    a_represented_capability,
    a_represented_need,
    contributions,
)

RARITY = Rarity(documents=10_000, found_in={"eau": 9_000, "fer": 3, "zinc": 5}, mean_length=5.0)
NO_WORDS = SharedWords({}, {})
TASTE, CHILDREN = "Il a un goût de fer", "C'est pour les enfants"
IRON, SCHOOL = "Nous mesurons le fer", "Nous étudions l'école"
NEED = a_represented_need(spans=[TASTE, CHILDREN], span_vectors=np.stack([NORTH, UP]))
CAPABILITY = a_represented_capability(quotes=[SCHOOL, IRON], vectors=np.stack([UP, NORTH]))


def grounds(
    need: NeedRepresentation = NEED,
    capability: CapabilityRepresentation = CAPABILITY,
    words: SharedWords = NO_WORDS,
    **added: float,
) -> list[Ground]:
    return choose_grounds(need, capability, contributions(**added), words, RARITY)


def passages(found: list[Ground]) -> list[tuple[str, str]]:
    return [(g.need_span, g.capability_span) for g in found if g.kind is Kind.PASSAGE]


def test_spans_that_mean_the_same_are_quoted_together() -> None:
    assert set(passages(grounds())) == {(TASTE, IRON), (CHILDREN, SCHOOL)}


def test_what_answers_the_question_is_quoted_first() -> None:
    read = replace(NEED, question_vectors=UP[np.newaxis])
    assert passages(grounds(read))[0] == (CHILDREN, SCHOOL)


def test_passages_share_what_meaning_and_questions_add() -> None:
    found = grounds(meaning=1.0, best_question=2.0, goals=1.0, modes=-5.0)
    assert [ground.share for ground in found] == pytest.approx([0.375, 0.375])


@pytest.mark.parametrize("limit", ["Nous n'étudions pas le fer", "Iron is outside our scope"])
def test_what_a_team_does_not_do_is_quoted_last(limit: str) -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    further = 0.6 * NORTH + 0.8 * UP
    modest = a_represented_capability(quotes=[limit, SCHOOL], vectors=np.stack([NORTH, further]))
    assert passages(grounds(one, modest)) == [(TASTE, SCHOOL)]


def test_a_span_is_quoted_once() -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    assert passages(grounds(one)) == [(TASTE, IRON)]
    twice = a_represented_capability(quotes=[IRON, IRON], vectors=np.stack([NORTH, UP]))
    assert passages(grounds(capability=twice)) == [(TASTE, IRON)]


def test_addresses_of_a_capability_are_not_quoted() -> None:
    signed = a_represented_capability(
        a_capability(keywords=("fer", "puits@example.org")),
        ["Écrivez à puits@example.org", IRON],
        np.stack([NORTH, NORTH]),
    )
    assert passages(grounds(capability=signed)) == [(TASTE, IRON)]
    assert quotes_of(signed) == [IRON, "fer"]


def test_without_anything_to_quote_nothing_is_quoted() -> None:
    assert grounds(a_represented_need()) == []
    assert grounds(capability=a_represented_capability()) == []


@given(st.text(), st.text(min_size=1))
def test_quotes_are_verbatim_and_short(wanted: str, offered: str) -> None:
    need = a_represented_need(spans=[wanted], span_vectors=EAST[np.newaxis])
    capability = a_represented_capability(quotes=[offered], vectors=EAST[np.newaxis])
    for need_span, capability_span in passages(grounds(need, capability)):
        assert need_span in wanted
        assert capability_span in offered
        assert max(len(need_span), len(capability_span)) <= LONGEST_SPAN


def test_the_rarest_shared_word_is_a_reason() -> None:
    words = SharedWords(
        {"zinc": "zinc", "fer": "ferreux", "eau": "eau"}, {"fer": "Fer", "zinc": "z"}
    )
    found = [ground for ground in grounds(words=words, rare_words=1.0) if ground.kind is Kind.WORD]
    assert found == [Ground(Kind.WORD, "ferreux", "Fer", share=1.0)]


def test_a_common_shared_word_is_no_reason() -> None:
    words = SharedWords({"eau": "eau"}, {"eau": "eau"})
    assert all(ground.kind is Kind.PASSAGE for ground in grounds(words=words))


def test_what_both_ticked_is_said_last() -> None:
    need = a_represented_need(
        a_need(modes=("thesis", "dont_know", "training"), place=Place("Brest", "Bretagne")),
        sdgs=[14, 6],
    )
    capability = a_represented_capability(
        a_capability(
            sdgs=(6, 14), modes=("training", "dont_know"), place=Place("Rennes", "Bretagne")
        )
    )
    assert grounds(need, capability) == [
        Ground(Kind.GOALS, terms=("6", "14")),
        Ground(Kind.MODES, terms=("training",)),
        Ground(Kind.PLACE, terms=("Bretagne",)),
    ]


def test_one_city_is_named_rather_than_its_region() -> None:
    brest = Place("Brest", "Bretagne")
    found = grounds(
        a_represented_need(a_need(place=brest)), a_represented_capability(a_capability(place=brest))
    )
    assert found == [Ground(Kind.PLACE, terms=("Brest",))]
