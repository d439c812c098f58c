"""The judged sample, represented once: what every benchmark of matching starts from."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from services.matcher.adapters.learning import Basis, judged_pairs
from services.matcher.adapters.progress import Progress
from services.matcher.adapters.sample import Sample, read_sample
from services.matcher.adapters.scikit_training import RAW, READ, JudgedPair
from services.matcher.adapters.shipped import Matching, shipped_matching
from services.matcher.adapters.trec import Scores
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation


class Judging(BaseModel):
    """What is known of a need for measuring only."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    id: str
    facets: tuple[str, ...]
    difficulty: str
    in_scope: bool


class Judgement(BaseModel):
    """A judged pair with the facets of the need that the capability answers."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    need: str
    cap: str
    grade: int
    facets: tuple[int, ...] = ()


Row = TypeVar("Row", Judging, Judgement)


@dataclass(frozen=True, slots=True)
class Setting:
    """Needs as typed or as read, ready to be compared, with the features of all pairs."""

    name: str
    needs: Sequence[NeedRepresentation]
    pairs: Sequence[JudgedPair]
    learns_from: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """The sample, what is shipped, and both settings."""

    sample: Sample
    judging: dict[str, Judging]
    judgements: Sequence[Judgement]
    matching: Matching
    offers: Sequence[CapabilityRepresentation]
    raw: Setting
    read: Setting

    def run(self, setting: Setting, table: NDArray[np.float64]) -> Scores:
        """A table of scores (needs, capabilities) as a run."""
        ids = [offer.capability.capability_id for offer in self.offers]
        return {
            need.need.need_id: dict(zip(ids, map(float, row), strict=True))
            for need, row in zip(setting.needs, table, strict=True)
        }


def read_bench(folder: Path) -> Bench:
    """Read and represent the sample data."""
    sample, matching = read_sample(folder), shipped_matching()
    started_at = monotonic()
    offers = matching.represent.capabilities(sample.capabilities, Progress(sys.stderr))
    took_s = monotonic() - started_at
    print(f"{len(offers)} capabilities represented in {took_s:.0f} s on this computer.")
    raw, read = (matching.represent.needs(n, quoting=False) for n in (sample.raw, sample.read))
    basis = Basis(matching.score.rarity, matching.score.bridges)
    return Bench(
        sample,
        {line.id: line for line in _lines(folder / "judging.jsonl", Judging)},
        _lines(folder / "qrels.jsonl", Judgement),
        matching,
        offers,
        Setting("as typed (raw)", raw, judged_pairs(raw, offers, sample.grades, basis), RAW),
        Setting("as read", read, judged_pairs(read, offers, sample.grades, basis), READ),
    )


def _lines(path: Path, kind: type[Row]) -> list[Row]:
    lines = path.read_text("utf-8").splitlines()
    return [kind.model_validate_json(line) for line in lines if line.strip()]
