"""Opening models in ONNX Runtime so that products of bytes are added exactly."""

from functools import cache

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

WIDTH = 64
MOST_LEFT, MOST_RIGHT = 255, 127


def session(model: bytes) -> onnxruntime.InferenceSession:
    """A session that works in the thread that calls it, as fast as this processor is exact."""
    return opened(model, exactly=overflows())


def opened(model: bytes, *, exactly: bool) -> onnxruntime.InferenceSession:
    """A session; `exactly` is slower, and needed where adding bytes may overflow."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.x64quantprecision", str(int(exactly)))
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


@cache
def overflows() -> bool:
    """Whether this processor adds products of bytes in too few bits: those without VNNI do."""
    return not adds_exactly(opened(greatest_product(), exactly=False))


def adds_exactly(probe: onnxruntime.InferenceSession) -> bool:
    """Whether the greatest sum comes out right, for one row and for many."""
    right = MOST_LEFT * MOST_RIGHT * WIDTH
    rows = [np.full((count, WIDTH), MOST_LEFT, np.uint8) for count in (1, WIDTH)]
    return all(np.all(probe.run(None, {"left": left})[0] == right) for left in rows)


def greatest_product() -> bytes:
    """A model that multiplies what it is given by the greatest bytes."""
    weights = np.full((WIDTH, WIDTH), MOST_RIGHT, np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, ("rows", WIDTH))],
        [helper.make_tensor_value_info("product", TensorProto.INT32, ("rows", WIDTH))],
        [numpy_helper.from_array(weights, "right")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())
