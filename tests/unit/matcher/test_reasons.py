from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.capability import Part, PartKind
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.need import Place
from services.matcher.domain.passages import Written
from services.matcher.domain.quoting import LONGEST_SPAN, Quote
from services.matcher.domain.reasons import Ground, Kind, Touch, choose_grounds
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.shared_words import Stemmed
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
TASTE, CHILDREN = "Il a un goût de fer", "C'est pour les enfants"
IRON, SCHOOL = "Nous mesurons le fer", "Nous étudions l'école"
NEED = a_represented_need(spans=[TASTE, CHILDREN], span_vectors=np.stack([NORTH, UP]))
CAPABILITY = a_represented_capability(quotes=[SCHOOL, IRON], vectors=np.stack([UP, NORTH]))


def stems(*words: str, language: str = "fr") -> Stemmed:
    return Stemmed(language, {word.casefold(): word for word in words})


def grounds(
    need: NeedRepresentation = NEED,
    capability: CapabilityRepresentation = CAPABILITY,
    written: Written | None = None,
    **added: float,
) -> list[Ground]:
    nothing = Written([Stemmed()] * len(need.spans), [Stemmed()] * len(capability.parts))
    return choose_grounds(need, capability, contributions(**added), written or nothing, RARITY)


def passages(found: list[Ground]) -> list[tuple[str, str]]:
    return [(g.need.text, g.capability.text) for g in found if g.kind is Kind.PASSAGE]


def quoting(*parts: Part, vectors: np.ndarray) -> CapabilityRepresentation:
    return replace(a_represented_capability(vectors=vectors), parts=parts)


def test_spans_that_mean_the_same_are_quoted_together() -> None:
    assert set(passages(grounds())) == {(TASTE, IRON), (CHILDREN, SCHOOL)}


def test_what_answers_the_question_is_quoted_first() -> None:
    read = replace(NEED, question_vectors=UP[np.newaxis])
    assert passages(grounds(read))[0] == (CHILDREN, SCHOOL)


def test_passages_share_what_no_other_reason_stands_for() -> None:
    found = grounds(meaning=1.0, best_question=2.0, goals=1.0, modes=-5.0)
    assert [ground.share for ground in found] == pytest.approx([0.5, 0.5])


def test_the_closer_passage_takes_the_greater_share_and_goes_first() -> None:
    further = 0.6 * NORTH + 0.8 * EAST
    both = a_represented_capability(quotes=[SCHOOL, IRON], vectors=np.stack([UP, further]))
    found = grounds(replace(NEED, whole=UP), both, meaning=1.0)
    assert passages(found)[0] == (CHILDREN, SCHOOL)
    assert found[0].share > found[1].share
    assert sum(ground.share for ground in found) == pytest.approx(1.0)


@given(st.dictionaries(st.sampled_from(["meaning", "goals", "later_feature"]), st.floats(0, 9)))
def test_what_speaks_for_a_match_is_shared_out_among_the_reasons(added: dict[str, float]) -> None:
    need = replace(NEED, sdgs=frozenset({6}))
    capability = replace(CAPABILITY, capability=a_capability(sdgs=(6,)))
    nothing = Written([Stemmed()] * 2, [Stemmed()] * 2)
    found = choose_grounds(need, capability, contributions(**added), nothing, RARITY)
    total = sum(ground.share for ground in found)
    assert total == pytest.approx(1.0 if any(added.values()) else 0.0)


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


def test_the_second_passage_says_something_else_than_the_first() -> None:
    again = 0.995 * NORTH + 0.1 * UP
    three = a_represented_capability(
        quotes=[IRON, "Le fer, toujours le fer", SCHOOL],
        vectors=np.stack([NORTH, again, 0.3 * NORTH + 0.9 * UP]),
    )
    near = replace(NEED, span_vectors=np.stack([NORTH, 0.8 * NORTH + 0.6 * UP]))
    assert [offered for _, offered in passages(grounds(near, three))] == [IRON, SCHOOL]


def test_an_output_is_quoted_rather_than_a_title_that_says_the_same() -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    title, output = "Le fer", "Le fer des puits : dix ans de mesures"
    both = quoting(
        Part(PartKind.TITLE, title, title),
        Part(PartKind.OUTPUT, output, output),
        vectors=np.stack([NORTH, NORTH]),
    )
    (found,) = grounds(one, both)
    assert (found.capability.text, found.source) == (output, PartKind.OUTPUT)


def test_a_passage_that_says_what_any_project_would_is_quoted_last() -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    partners = "Le projet associe des partenaires"
    both = a_represented_capability(quotes=[partners, IRON], vectors=np.stack([NORTH, NORTH]))
    words = Written([stems("fer")], [stems("projet", "associ", "partenair"), stems("mesur", "fer")])
    assert passages(grounds(one, both, words)) == [(TASTE, IRON)]


@pytest.mark.parametrize("odd", ["<b>Le fer</b>", "{fer: 1}", "fer | zinc"])
def test_markup_is_quoted_last(odd: str) -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    further = 0.9 * NORTH + 0.4 * UP
    both = a_represented_capability(quotes=[odd, IRON], vectors=np.stack([NORTH, further]))
    assert passages(grounds(one, both)) == [(TASTE, IRON)]


def test_two_questions_are_not_close_for_being_questions() -> None:
    asking = a_represented_need(spans=["Que faire ?"], span_vectors=NORTH[np.newaxis])
    both = a_represented_capability(
        quotes=["Que boire ?", IRON], vectors=np.stack([NORTH, 0.99 * NORTH])
    )
    assert passages(grounds(asking, both)) == [("Que faire ?", IRON)]


@pytest.mark.parametrize(
    ("near", "touch"), [(0.9, Touch.MEANING), (0.31, Touch.MEANING), (0.1, Touch.LOOSE)]
)
def test_a_link_in_meaning_alone_is_called_close_only_where_it_is(
    near: float, touch: Touch
) -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    offered = near * NORTH + np.sqrt(1 - near**2, dtype=np.float32) * UP
    offers = a_represented_capability(quotes=[IRON], vectors=offered[np.newaxis])
    (found,) = grounds(one, offers)
    assert (found.touch, found.words) == (touch, ())


def test_a_passage_names_the_words_that_meet() -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    words = Written([stems("fer", "eau", "projet")], [stems(), stems("Fer", "eau", "projet")])
    (found,) = grounds(one, written=words)
    assert found.touch is Touch.WORDS
    assert [(word.wanted, word.offered) for word in found.words] == [("fer", "Fer")]


def test_a_loose_passage_comes_after_the_words_that_both_use() -> None:
    loose = 0.1 * NORTH + np.sqrt(0.99, dtype=np.float32) * EAST
    one = a_represented_need(spans=[TASTE], span_vectors=NORTH[np.newaxis])
    far = a_represented_capability(quotes=[IRON], vectors=loose[np.newaxis])
    far_from_all = replace(one, whole=UP)
    words = Written([stems("zinc")], [stems()], keywords=[stems("zinc")])
    found = grounds(far_from_all, far, words)
    assert [ground.kind for ground in found] == [Kind.WORD, Kind.PASSAGE]
    assert found[1].touch is Touch.LOOSE


def test_addresses_of_a_capability_are_not_quoted() -> None:
    signed = a_represented_capability(
        a_capability(), ["Écrivez à puits@example.org", IRON], np.stack([NORTH, NORTH])
    )
    words = Written([stems("zinc"), stems()], [stems("zinc"), stems()])
    found = grounds(capability=signed, written=words)
    assert passages(found) == [(TASTE, IRON)]
    assert all(ground.words == () for ground in found)


def test_without_anything_to_quote_nothing_is_quoted() -> None:
    assert grounds(a_represented_need()) == []
    assert grounds(capability=a_represented_capability()) == []
    masked = a_represented_capability(quotes=["[adresse masquée]"], vectors=NORTH[np.newaxis])
    assert grounds(capability=masked) == []


@given(st.text(), st.text(min_size=1))
def test_quotes_are_verbatim_and_short(wanted: str, offered: str) -> None:
    need = a_represented_need(spans=[wanted], span_vectors=EAST[np.newaxis])
    capability = a_represented_capability(quotes=[offered], vectors=EAST[np.newaxis])
    for need_span, capability_span in passages(grounds(need, capability)):
        assert need_span in wanted
        assert capability_span in offered
        assert max(len(need_span), len(capability_span)) <= LONGEST_SPAN


def used_far_apart(wanted: Stemmed, offered: Stemmed, keywords: list[Stemmed]) -> list[Ground]:
    """Reasons where each side uses words in spans of their own, close in meaning."""
    written = Written([wanted, stems()], [stems(), offered], keywords)
    return [
        ground
        for ground in grounds(
            replace(NEED, span_vectors=np.stack([NORTH + 0.2 * UP, UP])),
            replace(CAPABILITY, part_vectors=np.stack([UP, 0.2 * UP])),
            written,
            rare_words=1.0,
        )
        if ground.kind is Kind.WORD
    ]


def test_the_rarest_words_that_both_use_are_a_reason() -> None:
    found = used_far_apart(
        stems("ferreux", "zinc", "eau"), stems(), [stems("ferreux"), stems("zinc", "eau")]
    )
    (ground,) = found
    assert [word.wanted for word in ground.words] == ["ferreux", "zinc"]
    assert (ground.need, ground.capability) == (Quote("ferreux"), Quote("ferreux"))
    assert ground.share == 1.0


def test_a_common_or_vague_shared_word_is_no_reason() -> None:
    assert used_far_apart(stems("eau", "projet"), stems(), [stems("eau", "projet")]) == []


def test_a_word_used_of_other_things_is_no_reason() -> None:
    one = a_represented_need(spans=[TASTE], span_vectors=EAST[np.newaxis])
    written = Written([stems("zinc")], [stems(), stems("zinc")])
    assert all(ground.words == () for ground in grounds(one, written=written))
    near = replace(one, span_vectors=NORTH[np.newaxis])
    assert any(ground.words for ground in grounds(near, written=written))


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
        Ground(Kind.REGION, terms=("Bretagne",)),
    ]


def test_one_city_is_named_rather_than_its_region() -> None:
    brest = Place("Brest", "Bretagne")
    found = grounds(
        a_represented_need(a_need(place=brest)), a_represented_capability(a_capability(place=brest))
    )
    assert found == [Ground(Kind.CITY, terms=("Brest",))]
