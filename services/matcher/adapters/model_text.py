"""Models in words: what is printed, never how it came about."""

from collections.abc import Iterator, Mapping

from services.matcher.adapters.model_document import scorer_in
from services.matcher.adapters.scikit_scorer import LinearModel, ScorerFile
from services.matcher.application.model_ports import KeptModel
from services.matcher.domain.promotion import HeldOut, Quality
from services.matcher.domain.shadow import Beside

MEASURES = {
    "nDCG@10": "ndcg_at_10",
    "log-loss": "log_loss",
    "Brier": "brier",
    "calibration error": "calibration_error",
}


def line(version: str, said: str, *, is_active: bool) -> str:
    """A model in a list; the one in use has a star."""
    return f"{'*' if is_active else ' '} {version}  {said}"


def in_short(model: KeptModel) -> str:
    """Where a model comes from."""
    data = model.data
    return (
        f"{model.created:%Y-%m-%d %H:%M}  {data.fits} fit, {data.misfits} do not,"
        f" about {data.needs} needs"
    )


def page(model: KeptModel, shipped: ScorerFile, compared: Mapping[str, Beside]) -> str:
    """All about one model."""
    data = model.data
    lines = {
        "model": model.version,
        "made": f"{model.created:%Y-%m-%d %H:%M}",
        "from": f"{model.parent}, which counts for {model.prior_answers:g} answers",
        "features": model.feature_set,
        "data": data.digest,
        "answers": f"{data.answers}: {data.fits} fit, {data.misfits} do not, others say neither",
    }
    said = [f"{name:<10} {value}" for name, value in lines.items()]
    said += _held_out(model.held_out) if model.held_out else ["held out   too few needs"]
    said += _weights(scorer_in(model), shipped)
    said += [_shadow(beside, found) for beside, found in compared.items()]
    return "\n".join(said)


def _held_out(measured: HeldOut) -> Iterator[str]:
    yield (
        f"held out   {measured.answers} answers about {measured.needs} needs,"
        f" beside {measured.beside}"
    )
    for name, field in MEASURES.items():
        new, old = _number(measured.candidate, field), _number(measured.current, field)
        yield f"  {name:<18} {new}  (in use: {old})"


def _number(quality: Quality, field: str) -> str:
    value: float | None = getattr(quality, field)
    return "    -" if value is None else f"{value:.4f}"


def _weights(learned: ScorerFile, shipped: ScorerFile) -> Iterator[str]:
    for kind in ("raw", "read"):
        new: LinearModel = getattr(learned, kind)
        old: LinearModel = getattr(shipped, kind)
        yield f"weights    needs {'as typed' if kind == 'raw' else 'as read'} (shipped)"
        yield f"  {'base':<18} {new.base:.4f}  ({old.base:.4f})"
        for name, term in new.terms.items():
            was = f"{old.terms[name].weight:.4f}" if name in old.terms else "-"
            yield f"  {name:<18} {term.weight:.4f}  ({was})"


def _shadow(beside: str, found: Beside) -> str:
    return (
        f"shadow     beside {beside}: {found.needs} needs, rank correlation"
        f" {found.correlation:.3f}, {found.overlap:.0%} of the first three in common,"
        f" would have asked {found.others} others ({found.asked} were asked)"
    )
