"""Saying why a need and a capability match."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.matcher.application.ports import Catalogue, Stemmer
from services.matcher.domain.language import language_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.match import Match
from services.matcher.domain.passages import Written
from services.matcher.domain.reasons import Ground, choose_grounds
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.shared_words import Stemmed
from services.matcher.domain.texts import may_be_quoted


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
        told = capability.capability
        keywords = [word for word in told.keywords if may_be_quoted(word, ())]
        written = Written(
            spans=self._stemmed(need.spans, need.need.language),
            parts=self._stemmed([part.quote for part in capability.parts], told.language),
            keywords=self._stemmed(keywords, told.language),
        )
        grounds = choose_grounds(need, capability, match.contributions, written, self.rarity)
        return [self._said(ground) for ground in grounds]

    def _stemmed(self, texts: Sequence[str], language: str) -> list[Stemmed]:
        found = []
        for text in texts:
            spoken = language_of(text, otherwise=language)
            forms: dict[str, str] = {}
            for written in self.stemmer.stems(text, language=spoken):
                forms.setdefault(written.stem, written.word)
            found.append(Stemmed(spoken, forms))
        return found

    def _said(self, ground: Ground) -> Reason:
        said = self.catalogue.reason(ground)
        return Reason(
            ground.kind.value,
            ground.need.text,
            ground.capability.text,
            said.fr,
            said.en,
            ground.share,
        )
