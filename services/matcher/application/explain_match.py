"""Saying why a need and a capability match."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.matcher.application.ports import Catalogue, Stemmer
from services.matcher.domain.language import language_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Match
from services.matcher.domain.reasons import SharedWords, choose_grounds, quotes_of
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two texts meet: a sentence in both languages, the spans that it quotes, its share."""

    kind: str
    need_span: str
    capability_span: str
    text_fr: str
    text_en: str
    share: float


@dataclass(frozen=True, slots=True)
class ExplainMatch:
    """Give the reasons of a match, quoting both texts."""

    stemmer: Stemmer
    rarity: Rarity
    catalogue: Catalogue

    def __call__(
        self, need: NeedRepresentation, capability: CapabilityRepresentation, match: Match
    ) -> list[Reason]:
        """The reasons, most telling first; the need must be represented with its spans."""
        quotes = quotes_of(capability)
        written = SharedWords(
            need=self._forms(need.spans, need.need.language),
            capability=self._forms(quotes, capability.capability.language),
        )
        grounds = choose_grounds(need, capability, match.contributions, written, self.rarity)
        reasons = []
        for ground in grounds:
            said = self.catalogue.reason(ground)
            reasons.append(
                Reason(
                    ground.kind.value,
                    ground.need_span,
                    ground.capability_span,
                    said.fr,
                    said.en,
                    ground.share,
                )
            )
        return reasons

    def _forms(self, texts: Iterable[str], language: str) -> dict[str, str]:
        """The first written form of each stem."""
        forms: dict[str, str] = {}
        for text in texts:
            spoken = language_of(text, otherwise=language)
            for written in self.stemmer.stems(text, language=spoken):
                forms.setdefault(written.stem, written.word)
        return forms
