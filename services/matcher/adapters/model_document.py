"""A learned model as a JSON document: written, and read with care; nothing in it is executable."""

import json
import math
from hashlib import sha256

from pydantic import TypeAdapter, ValidationError

from services.matcher.adapters.scikit_scorer import LinearModel, ScorerFile
from services.matcher.application.model_ports import KeptModel, UnreadableModelError
from services.matcher.domain.features import FEATURES

FORMAT = 1
DIGITS = 8
KEPT = TypeAdapter(KeptModel)


def digest_of(model: KeptModel) -> str:
    """Stands for all that a document says but its version and date: other numbers, another one."""
    said = KEPT.dump_python(model, mode="json")
    told = {key: value for key, value in said.items() if key not in {"version", "created"}}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:DIGITS]


def document_of(model: KeptModel) -> str:
    """A model as JSON."""
    return KEPT.dump_json(model).decode()


def model_from(version: str, document: str) -> KeptModel:
    """The model that a document describes.

    Raises:
        UnreadableModelError: It is of another format, is no model, or is not what was learned.
    """
    try:
        told = json.loads(document)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise UnreadableModelError(f"{version} is of a format that this release does not read")
        model = KEPT.validate_json(document)
        scorer_in(model)
    except (ValueError, ValidationError) as wrong:
        raise UnreadableModelError(f"{version} is no model that can be used") from wrong
    if model.version != version or not version.endswith(f".{digest_of(model)}"):
        raise UnreadableModelError(f"{version} is not what was learned: it was changed")
    return model


def scorer_in(model: KeptModel) -> ScorerFile:
    """The numbers of a model.

    Raises:
        UnreadableModelError: It weighs features that are not, or lowers a score for a better fit.
        ValueError: They are no numbers of a scorer.
    """
    scorer = ScorerFile.model_validate(model.scorer)
    for linear in (scorer.raw, scorer.read):
        _check(model.version, linear)
    return scorer


def _check(version: str, linear: LinearModel) -> None:
    unknown = sorted(set(linear.terms) - set(FEATURES))
    if unknown:
        raise UnreadableModelError(f"{version} weighs features that are not: {', '.join(unknown)}")
    terms = linear.terms.values()
    numbers = [linear.base, *(n for t in terms for n in (t.weight, t.usual, t.spread))]
    if not all(map(math.isfinite, numbers)) or any(t.weight < 0 or t.spread <= 0 for t in terms):
        raise UnreadableModelError(f"{version} has weights that no model may have")
