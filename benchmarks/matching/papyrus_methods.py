"""Ways of ranking experts: each gives one number for every query and expert."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.matching.papyrus_protocol import (
    Half,
    Thesis,
    capability_of,
    need_of,
    output_of,
    query,
)
from services.matcher.adapters.shipped import Matching
from services.matcher.application.ports import Embedder, Role, Stemmer, TextSpace
from services.matcher.domain.capability import ABSTRACT_CHARACTERS
from services.matcher.domain.language import language_of
from services.matcher.domain.need import joined
from services.matcher.domain.vectors import Centring, Matrix, Vector

BEST_THESES = 4
BEGINNING = 5
NEAREST_QUERIES, HUB_SHARE = 50, 0.5
PENALTY = 0.01

Scores = NDArray[np.float32]
"""Shape (queries, experts): the greater, the better."""


StemsOf = Callable[[str], Counter[str]]


@dataclass(frozen=True, slots=True)
class Ground:
    """What is ranked: experts with profiles in one language, for some queries."""

    half: Half
    language: str
    asked: Sequence[Thesis]

    @property
    def queries(self) -> list[str]:
        """What is asked, in the order of `asked`."""
        return [query(thesis) for thesis in self.asked]

    @property
    def texts(self) -> list[str]:
        """The abstracts of the theses, in the order of `half.theses`."""
        return [thesis.abstracts[self.language] for thesis in self.half.theses]

    def by_expert(self, similarities: Scores) -> Scores:
        """From each thesis to each expert: the mean of an expert's best ones."""
        place = {thesis.thesis_id: i for i, thesis in enumerate(self.half.theses)}
        columns = []
        for expert in self.half.experts:
            mine = similarities[:, [place[t.thesis_id] for t in self.half.known[expert]]]
            columns.append(np.sort(mine, axis=1)[:, -BEST_THESES:].mean(axis=1))
        return np.stack(columns, axis=1).astype(np.float32)


def by_words(ground: Ground) -> Scores:
    """Cosine of weighted words and pairs of words."""
    return _by_terms(ground, TfidfVectorizer(**_PLAIN, ngram_range=(1, 2)))


def by_characters(ground: Ground) -> Scores:
    """Cosine of weighted pieces of words, three to five characters."""
    pieces = TfidfVectorizer(**_PLAIN, analyzer="char_wb", ngram_range=(3, 5), min_df=2)
    return _by_terms(ground, pieces)


def by_beginnings(ground: Ground, stems: StemsOf) -> Scores:
    """Cosine of weighted beginnings of stems, where the two languages often agree."""

    def beginnings(text: str) -> list[str]:
        return [stem[:BEGINNING] for stem in stems(text).elements()]

    return _by_terms(ground, TfidfVectorizer(analyzer=beginnings, sublinear_tf=True))


_PLAIN = {"strip_accents": "unicode", "sublinear_tf": True}


def _by_terms(ground: Ground, vectorizer: TfidfVectorizer) -> Scores:
    theses = vectorizer.fit_transform(ground.texts)
    queries = vectorizer.transform(ground.queries)
    return ground.by_expert((queries @ theses.T).toarray())


def by_space(ground: Ground, space: TextSpace, stems: StemsOf) -> Scores:
    """Cosine in a space of stems."""
    theses = space.place([stems(text) for text in ground.texts])
    queries = space.place([stems(text) for text in ground.queries])
    return ground.by_expert(queries @ theses.T)


def by_embedding(ground: Ground, embedder: Embedder, centring: Centring | None) -> Scores:
    """Cosine of sentence embeddings, as they come or centred."""
    theses, queries = _embedded(ground, embedder)
    if centring is not None:
        theses = centring.centred(theses, centring.part)
        queries = centring.centred(queries, centring.need)
    return ground.by_expert(queries @ theses.T)


def centring_of(ground: Ground, embedder: Embedder, direction: Vector) -> Centring:
    """The means of queries and theses, with a direction that was found elsewhere."""
    theses, queries = (vectors.mean(axis=0) for vectors in _embedded(ground, embedder))
    return Centring("here", queries, queries, theses, theses, direction)


def _embedded(ground: Ground, embedder: Embedder) -> tuple[Matrix, Matrix]:
    starts = [_start(thesis, ground.language) for thesis in ground.half.theses]
    theses = embedder.encode(starts, role=Role.PASSAGE)
    return theses, embedder.encode(ground.queries, role=Role.QUERY)


def _start(thesis: Thesis, language: str) -> str:
    """What the product embeds of an output, so that it is embedded once."""
    output = output_of(thesis, language)
    return joined(output.title, output.abstract[:ABSTRACT_CHARACTERS])


def by_product(ground: Ground, matching: Matching) -> Scores:
    """The score that the product shows."""
    half = ground.half
    experts = [capability_of(e, half.known[e], ground.language) for e in half.experts]
    offers = matching.represent.capabilities(experts)
    place = {expert: i for i, expert in enumerate(half.experts)}
    scores = np.zeros((len(ground.asked), len(half.experts)), dtype=np.float32)
    needs = matching.represent.needs([need_of(t) for t in ground.asked], quoting=False)
    for row, need in zip(scores, needs, strict=True):
        for match in matching.score(need, offers):
            row[place[match.capability_id]] = match.score
    return scores


@dataclass(frozen=True, slots=True)
class Fusion:
    """A weighted sum of methods, each brought to a common scale that was fixed before."""

    means: Scores
    spreads: Scores
    weights: Scores

    def __call__(self, methods: Sequence[Scores]) -> Scores:
        """One number for every query and expert."""
        stacked = (np.stack(methods, axis=-1) - self.means) / self.spreads
        return np.asarray(stacked @ self.weights, dtype=np.float32)


def fusion_of(methods: Sequence[Scores], answers: Sequence[set[int]]) -> Fusion:
    """The weights, none negative, under which those who are right are the most probable."""
    stacked = np.stack(methods, axis=-1).astype(np.float64)
    means, spreads = stacked.mean(axis=(0, 1)), stacked.std(axis=(0, 1))
    scaled = (stacked - means) / spreads
    right = np.zeros(scaled.shape[:2])
    for row, places in zip(right, answers, strict=True):
        row[list(places)] = 1 / len(places)

    def surprise(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        said = scaled @ weights
        said -= said.max(axis=1, keepdims=True)
        logs = said - np.log(np.exp(said).sum(axis=1, keepdims=True))
        slope = ((np.exp(logs) - right)[..., np.newaxis] * scaled).sum(axis=(0, 1))
        loss = -float((right * logs).sum()) / len(right) + PENALTY * float(weights @ weights)
        return loss, slope / len(right) + 2 * PENALTY * weights

    start = np.ones(len(methods))
    found = minimize(surprise, start, jac=True, bounds=[(0, None)] * len(methods)).x
    return Fusion(*(np.asarray(n, dtype=np.float32) for n in (means, spreads, found)))


def without_hubs(scores: Scores, usual: Scores) -> Scores:
    """Scores less half of what each expert reaches with the queries of others.

    Some profiles are near to everything (Radovanovic et al. 2010, "Hubs in space").
    """
    reached = np.sort(usual, axis=0)[-NEAREST_QUERIES:].mean(axis=0)
    return np.asarray(scores - HUB_SHARE * reached, dtype=np.float32)


def stems_of(stemmer: Stemmer) -> StemsOf:
    """The stems of a text in the language that it seems to be in, each text cut once."""

    @cache
    def stems(text: str) -> Counter[str]:
        language = language_of(text, otherwise="fr")
        return Counter(written.stem for written in stemmer.stems(text, language=language))

    return stems
