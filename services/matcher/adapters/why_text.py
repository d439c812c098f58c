"""An account of a pair in words, from one file a language: for those who run the service."""

import tomllib
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from services.matcher.adapters.catalogue import LOCALES
from services.matcher.application.account_for import Account, Decision, Judged
from services.matcher.application.explain_match import Reason
from services.matcher.application.ports import Catalogue
from services.matcher.domain.eligibility import Obstacle
from services.matcher.domain.match import Contribution, Grade
from services.matcher.domain.proposal import ProposalState
from services.matcher.domain.verdict import Verdict
from shared.contracts import matches
from shared.contracts.vocabularies import Language

OTHER = "other"


class Line(StrEnum):
    """The lines that an account is made of."""

    NEED = "need"
    CAPABILITY = "capability"
    SCORE = "score"
    TOGETHER = "together"
    NO_REASON = "no_reason"
    FOR_IT = "for_it"
    AGAINST_IT = "against_it"
    NOTHING = "nothing"
    TOTAL = "total"
    ASKED = "asked"
    BELOW_LEAST = "below_least"
    OTHERS_FIRST = "others_first"
    NOT_KNOWN = "not_known"
    PLACES = "places"
    NO_PLACES = "no_places"
    MAY_BE_ASKED = "may_be_asked"
    NEVER_PROPOSED = "never_proposed"
    PROPOSED = "proposed"
    DECIDED_ON = "decided_on"
    SAID_THEN = "said_then"
    ERASED = "erased"


class FeatureWords(BaseModel):
    """What a feature says when it speaks for a match, and when it speaks against."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    helps: str
    hurts: str


class WhyPhrases(BaseModel):
    """What a language file holds, none missing and none more."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lines: dict[Line, str]
    obstacles: dict[Obstacle, str]
    states: dict[ProposalState, str]
    features: dict[str, FeatureWords]


class WhyText:
    """Tells an account in one language."""

    def __init__(self, language: Language, catalogue: Catalogue, folder: Path = LOCALES) -> None:
        """Read the language's file."""
        text = (folder / f"why.{language}.toml").read_text("utf-8")
        self.phrases = WhyPhrases.model_validate(tomllib.loads(text))
        self._language = language
        self._catalogue = catalogue

    def judged(self, need_id: str, capability_id: str, judged: Judged) -> Iterator[str]:
        """How a pair matches, and what stands against it."""
        verdict = judged.verdict
        yield self._line(Line.NEED, id=need_id, title=judged.need_title)
        yield self._line(Line.CAPABILITY, id=capability_id, title=judged.capability_title)
        yield self._line(
            Line.SCORE,
            score=self._number(verdict.match.score),
            grade=self._grade(verdict.match.grade),
            rank=verdict.rank,
            among=verdict.among,
            model=verdict.match.model_version,
        )
        yield self._line(Line.TOGETHER)
        yield from self._reasons(judged.reasons)
        yield self._line(Line.FOR_IT)
        yield from self._features(verdict.for_it)
        yield self._line(Line.AGAINST_IT)
        yield from self._features(verdict.against_it)
        yield self._total(verdict)
        yield from self._against(verdict)

    def account(self, account: Account) -> Iterator[str]:
        """All that is known of a pair in the service."""
        if account.judged:
            ids = str(account.need_id), str(account.capability_id)
            yield from self.judged(*ids, account.judged)
        else:
            yield self._line(Line.NOT_KNOWN)
        if account.places:
            yield self._line(Line.PLACES, places=account.places)
        else:
            yield self._line(Line.NO_PLACES)
        if account.obstacle:
            yield self.phrases.obstacles[account.obstacle]
        elif account.judged:
            yield self._line(Line.MAY_BE_ASKED)
        if not account.decisions:
            yield self._line(Line.NEVER_PROPOSED)
        for decision in account.decisions:
            yield from self._decision(decision)

    def _decision(self, decision: Decision) -> Iterator[str]:
        yield self._line(
            Line.PROPOSED,
            day=f"{decision.at:%Y-%m-%d %H:%M}",
            wave=decision.wave,
            state=self.phrases.states[decision.state],
        )
        grounds = decision.grounds
        if grounds is None:
            yield self._line(Line.ERASED)
            return
        yield self._line(
            Line.DECIDED_ON,
            need=grounds.need_version,
            capability=grounds.capability_version,
            representation=grounds.representation,
            model=grounds.match.model_version,
            score=self._number(grounds.match.score),
            grade=self._grade(grounds.match.grade),
        )
        yield from self._features(grounds.match.contributions)
        yield self._line(Line.SAID_THEN)
        yield from self._reasons(grounds.reasons)

    def _reasons(self, reasons: Iterable[Reason | matches.Reason]) -> Iterator[str]:
        french = self._language == "fr"
        told = [f"  - {reason.text_fr if french else reason.text_en}" for reason in reasons]
        yield from told or [f"  - {self._line(Line.NO_REASON)}"]

    def _features(self, contributions: Iterable[Contribution]) -> Iterator[str]:
        told = [
            f"  {self._number(c.contribution, sign='+'):>6}  {self.feature(c)}"
            for c in contributions
        ]
        yield from told or [f"  - {self._line(Line.NOTHING)}"]

    def feature(self, contribution: Contribution) -> str:
        """What a feature says of a match; a name from another version is at least named."""
        words = self.phrases.features.get(contribution.feature, self.phrases.features[OTHER])
        phrase = words.helps if contribution.contribution >= 0 else words.hurts
        return phrase.format(name=contribution.feature)

    def _total(self, verdict: Verdict) -> str:
        match = verdict.match
        total = match.base + sum(c.contribution for c in match.contributions)
        return self._line(
            Line.TOTAL,
            base=self._number(match.base),
            total=self._number(total),
            score=self._number(match.score),
        )

    def _against(self, verdict: Verdict) -> Iterator[str]:
        for against in verdict.against:
            yield self._line(
                Line(against.value),
                least=self._number(verdict.least_score),
                wave=verdict.wave,
                last=self._number(verdict.last_asked_score),
            )
        if not verdict.against:
            yield self._line(Line.ASKED, wave=verdict.wave)

    def _grade(self, grade: Grade) -> str:
        said = self._catalogue.grade(grade)
        return said.fr if self._language == "fr" else said.en

    def _number(self, number: float, *, sign: str = "") -> str:
        written = f"{number:{sign}.2f}"
        return written.replace(".", ",") if self._language == "fr" else written

    def _line(self, line: Line, **values: object) -> str:
        return self.phrases.lines[line].format(**values)
