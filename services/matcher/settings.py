"""What the matcher reads from the environment."""

from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from services.matcher.application.propose_researchers import Search
from services.matcher.domain.eligibility import AskingRules
from shared.runtime.settings import ServiceSettings


class MatcherSettings(ServiceSettings):
    """The matcher's settings; how many are asked comes from `models/weights.toml` otherwise."""

    wave: int | None = Field(
        default=None, ge=1, le=20, description="researchers asked at a time about one need"
    )
    introductions: int | None = Field(
        default=None, ge=1, le=20, description="introductions that are enough for a need"
    )
    candidates: int = Field(
        default=300, ge=1, le=5000, description="capabilities found by each way of searching"
    )
    patience_s: float = Field(
        default=60,
        ge=0,
        description="seconds a need waits at most for capabilities that are not represented yet",
    )
    look_again_s: float = Field(
        default=3600,
        gt=0,
        description="seconds after which a need that nobody could be asked about is tried again",
    )
    represent_batch: int = Field(
        default=8, ge=1, le=256, description="capabilities represented in one go"
    )

    def rules(self, shipped: AskingRules) -> AskingRules:
        """The rules that were shipped, with what is set here."""
        return replace(
            shipped, wave=self.wave or shipped.wave, enough=self.introductions or shipped.enough
        )

    def search(self, model: str, feature_set: str = "") -> Search:
        """How candidates are found."""
        pause = timedelta(seconds=self.look_again_s)
        return Search(model, self.candidates, pause, feature_set)
