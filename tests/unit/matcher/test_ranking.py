from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.adapters.shipped import Matching, matching_with
from services.matcher.application.explain_match import Reason
from services.matcher.application.rank_offline import Ranked, RankOffline
from services.matcher.application.represent import spans_of
from services.matcher.domain.capability import Capability, Output
from services.matcher.domain.match import sigmoid
from tests.support.builders_represented import a_capability, a_need
from tests.support.fakes_matching_models import (
    WordEmbedder,
    explain_plainly,
    represent_with,
    score_by_meaning,
)

IRON = a_capability("Le fer des puits", capability_id="iron", summary="Nous mesurons le fer.")
BUS = a_capability("Les bus de nuit", capability_id="bus", summary="Nous comptons les bus.")
WELLS = a_capability("", capability_id="wells", outputs=(Output("Iron in wells", "Much iron."),))
NEED = a_need("Le fer du puits", description="Notre puits a un goût de fer.", questions=("fer",))
MATCHING = matching_with(WordEmbedder())


def rank(capabilities: list[Capability], *, top: int = 9, explain: bool = False) -> list[Ranked]:
    ranker = RankOffline(represent_with(WordEmbedder()), score_by_meaning(), explain_plainly())
    return next(iter(ranker([NEED], capabilities, top=top, explain=explain)))


def test_the_nearest_meaning_comes_first() -> None:
    ranked = rank([BUS, IRON, WELLS])
    assert [(r.rank, r.match.capability_id) for r in ranked[:1]] == [(1, "iron")]
    assert len(ranked) == 3


def test_no_more_than_the_top_is_kept() -> None:
    assert [r.match.capability_id for r in rank([BUS, IRON, WELLS], top=1)] == ["iron"]


@given(st.permutations([BUS, IRON, WELLS, replace(BUS, capability_id="bus-2")]))
def test_order_of_lines_does_not_matter(capabilities: list[Capability]) -> None:
    assert rank(capabilities) == rank([BUS, IRON, WELLS, replace(BUS, capability_id="bus-2")])


def test_reasons_come_when_asked_for() -> None:
    assert all(ranked.reasons == () for ranked in rank([IRON]))
    assert [reason.kind for reason in rank([IRON], explain=True)[0].reasons] == [
        "passage",
        "passage",
    ]


def explained(matching: Matching, **fields: object) -> list[Reason]:
    need = matching.represent.need(replace(NEED, **fields))  # type: ignore[arg-type]
    (offer,) = matching.represent.capabilities([IRON])
    (match,) = matching.score(need, [offer])
    assert match.score == pytest.approx(
        sigmoid(match.base + sum(c.contribution for c in match.contributions))
    )
    return matching.explain(need, offer, match)


def test_reasons_quote_both_texts_word_for_word() -> None:
    quoting = [reason for reason in explained(MATCHING) if reason.need_span]
    assert len(quoting) >= 2
    for reason in quoting:
        assert reason.need_span in NEED.text
        assert any(reason.capability_span in text for text in IRON.texts)
        assert reason.need_span in reason.text_fr
        assert reason.capability_span in reason.text_en


names = st.sampled_from(["Les Amis du Puits", "Fer et Feu", "puits", "CSE Martin"])


@given(names, st.sampled_from(["title", "description", "expectations"]))
def test_a_reason_never_quotes_the_organisation(name: str, where: str) -> None:
    text = f"Nous sommes {name} et notre puits a un goût de fer."
    for reason in explained(MATCHING, **{where: text, "withheld": (name,)}):
        for said in (reason.need_span, reason.text_fr, reason.text_en):
            assert f"Nous sommes {name}" not in said
        assert name not in reason.need_span


def test_questions_are_compared_and_never_quoted() -> None:
    asked = "Géochimie des aquifères et du fer"
    assert all("Géochimie" not in span for span in spans_of(replace(NEED, questions=(asked,))))
    for reason in explained(MATCHING, questions=(asked,)):
        assert "Géochimie" not in reason.text_fr


def test_stems_of_a_capability_come_from_all_its_texts_each_in_its_language() -> None:
    represent = replace(MATCHING.represent, stemmer=SnowballStemmer())
    (found,) = represent.capabilities([replace(WELLS, summary="Nous mesurons les nitrates.")])
    assert found.stems["well"] == 1
    assert found.stems["iron"] == 2
    assert found.stems["nitrat"] == 1


def test_a_need_is_represented_without_spans_when_nothing_will_be_quoted() -> None:
    bare, quoting = (MATCHING.represent.need(NEED, quoting=quoting) for quoting in (False, True))
    assert bare.span_vectors.shape == (0, 384)
    assert quoting.span_vectors.shape == (2, 384)
    assert np.array_equal(bare.whole, quoting.whole)
    assert bare.question_vectors.shape == (1, 384)


def test_a_version_changes_with_the_embedder() -> None:
    assert MATCHING.represent.version != matching_with(WordEmbedder("words-2")).represent.version
    assert MATCHING.model_version.startswith("prior-1.")
