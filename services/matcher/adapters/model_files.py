"""Reading and writing what `models/` holds: each file readable, none executable."""

import json
import tomllib
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.adapters.scikit_scorer import ScorerFile
from services.matcher.domain.eligibility import AskingRules
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Thresholds
from services.matcher.domain.promotion import PromotionRule
from services.matcher.domain.vectors import Centring, Vector

MODELS = Path(__file__).parents[1] / "models"
KINDS = ("need", "question", "outline", "part", "direction")


class _Grades(BaseModel):
    model_config = ConfigDict(extra="forbid")
    excellent: float = Field(gt=0, lt=1)
    good: float = Field(gt=0, lt=1)
    possible: float = Field(gt=0, lt=1)


class _Asking(BaseModel):
    model_config = ConfigDict(extra="forbid")
    wave: int = Field(ge=1)
    enough: int = Field(ge=1)
    rest_after_silence_days: int = Field(ge=0)


class _Learning(BaseModel):
    model_config = ConfigDict(extra="forbid")
    prior_answers: float = Field(gt=0)
    folds: int = Field(ge=2)
    least_answers: int = Field(ge=1)
    least_needs: int = Field(ge=2)
    order_may_fall: float = Field(ge=0)
    log_loss_may_rise: float = Field(ge=0)
    calibration_may_rise: float = Field(ge=0)


class Weights(BaseModel):
    """What `weights.toml` holds: the decisions of people."""

    model_config = ConfigDict(extra="forbid")
    grades: _Grades
    added: dict[str, float]
    asking: _Asking
    learning: _Learning

    @property
    def thresholds(self) -> Thresholds:
        """The least score of each grade."""
        return Thresholds(self.grades.excellent, self.grades.good, self.grades.possible)

    @property
    def rules(self) -> AskingRules:
        """How many are asked, and how good they must be."""
        asking = self.asking
        rest = timedelta(days=asking.rest_after_silence_days)
        return AskingRules(asking.wave, asking.enough, self.grades.possible, rest)

    @property
    def promotion(self) -> PromotionRule:
        """When a learned model may take the place of the one in use."""
        found = self.learning
        return PromotionRule(
            found.least_answers,
            found.least_needs,
            found.order_may_fall,
            found.log_loss_may_rise,
            found.calibration_may_rise,
        )


def read_weights(folder: Path = MODELS) -> Weights:
    """What people decided."""
    return Weights.model_validate(tomllib.loads((folder / "weights.toml").read_text("utf-8")))


def read_scorer(folder: Path = MODELS) -> ScorerFile:
    """What was learned."""
    return ScorerFile.model_validate_json((folder / "scorer.json").read_text("utf-8"))


def read_centring(folder: Path = MODELS) -> Centring:
    """The means and the direction; their digest is their version."""
    text = (folder / "centring.json").read_text("utf-8")
    found = json.loads(text)
    vectors = [np.array(found[kind], dtype=np.float32) for kind in KINDS]
    return Centring(sha256(text.encode()).hexdigest()[:8], *vectors)


def read_rarity(folder: Path = MODELS) -> Rarity:
    """How rare stems are."""
    found = json.loads((folder / "rarity.json").read_text("utf-8"))
    return Rarity(found["documents"], found["found_in"], found["mean_length"])


def write_scorer(learned: ScorerFile, folder: Path) -> None:
    """Keep what was learned."""
    (folder / "scorer.json").write_text(learned.model_dump_json(indent=1) + "\n", "utf-8")


def write_centring(vectors: dict[str, Vector], source: str, folder: Path) -> None:
    """Keep means and direction, five digits each."""
    lines = [f'"source": {json.dumps(source)}']
    for kind in KINDS:
        numbers = ",".join(f"{number:.5f}" for number in vectors[kind])
        lines.append(f'"{kind}": [{numbers}]')
    (folder / "centring.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def write_rarity(rarity: Rarity, source: str, folder: Path) -> None:
    """Keep the counts, one stem a line."""
    stems = ",\n".join(f"{json.dumps(stem)}: {n}" for stem, n in sorted(rarity.found_in.items()))
    lines = [
        f'"source": {json.dumps(source)}',
        f'"documents": {rarity.documents}',
        f'"mean_length": {rarity.mean_length:.1f}',
        f'"found_in": {{\n{stems}\n}}',
    ]
    (folder / "rarity.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
