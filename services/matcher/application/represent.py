"""Preparing texts to be compared: vectors, stems, spans."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.application.ports import Embedder, Role, Stemmer, Told
from services.matcher.domain.capability import Capability, parts_of
from services.matcher.domain.language import language_of
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation
from services.matcher.domain.texts import calm, may_be_quoted, sentences
from services.matcher.domain.vectors import Centring
from shared.contracts.vocabularies import sdgs_of

MOST_SPANS = 24
# Changes when a text is prepared for the embedder in another way.
PREPARED = "calm-1"


@dataclass(frozen=True, slots=True)
class Represent:
    """Compute what is kept of a need or a capability."""

    embedder: Embedder
    stemmer: Stemmer
    centring: Centring

    @property
    def version(self) -> str:
        """Kept representations of another version must be computed again."""
        return f"{self.embedder.name}+{self.centring.version}+{PREPARED}"

    def capabilities(
        self, capabilities: Sequence[Capability], told: Told | None = None
    ) -> list[CapabilityRepresentation]:
        """Represent capabilities together, in their order: both cores stay busy."""
        parts = [parts_of(capability) for capability in capabilities]
        texts = [part.text for found in parts for part in found]
        outlines = [capability.outline for capability in capabilities]
        told_plainly = [calm(text) for text in (*outlines, *texts)]
        vectors = self.embedder.encode(told_plainly, role=Role.PASSAGE, told=told)
        wholes = self.centring.centred(vectors[: len(outlines)], self.centring.outline)
        pieces = self.centring.centred(vectors[len(outlines) :], self.centring.part)
        ends = np.cumsum([len(found) for found in parts])
        return [
            CapabilityRepresentation(
                capability,
                self.version,
                wholes[i],
                parts[i],
                pieces[ends[i] - len(parts[i]) : ends[i]],
                self._stems(capability.texts, capability.language),
            )
            for i, capability in enumerate(capabilities)
        ]

    def need(self, need: Need, *, quoting: bool = True) -> NeedRepresentation:
        """Represent one need; `quoting` also prepares the spans that reasons may quote."""
        return self.needs([need], quoting=quoting)[0]

    def needs(
        self, needs: Sequence[Need], *, quoting: bool = True, told: Told | None = None
    ) -> list[NeedRepresentation]:
        """Represent needs together, in their order."""
        spans = [spans_of(need) if quoting else () for need in needs]
        texts = [
            calm(text)
            for need, quoted in zip(needs, spans, strict=True)
            for text in (need.text, *need.questions, *quoted)
        ]
        vectors = self.embedder.encode(texts, role=Role.QUERY, told=told)
        found = []
        for need, quoted in zip(needs, spans, strict=True):
            asked = 1 + len(need.questions)
            mine, vectors = np.split(vectors, [asked + len(quoted)])
            found.append(
                NeedRepresentation(
                    need,
                    self.version,
                    self.centring.centred(mine[0], self.centring.need),
                    self.centring.centred(mine[1:asked], self.centring.question),
                    self._stems([need.text, *need.questions], need.language),
                    quoted,
                    self.centring.centred(mine[asked:], self.centring.need),
                    sdgs_of(need.themes),
                )
            )
        return found

    def _stems(self, texts: Iterable[str], language: str) -> Counter[str]:
        return Counter(
            written.stem
            for text in texts
            for written in self.stemmer.stems(text, language=language_of(text, otherwise=language))
        )


def spans_of(need: Need) -> tuple[str, ...]:
    """The sentences of a need that may be quoted; never its questions, written by others."""
    texts = (need.title, need.description, need.expectations)
    found = [sentence for text in texts for sentence in sentences(text)]
    return tuple(s for s in found if may_be_quoted(s, need.withheld))[:MOST_SPANS]
