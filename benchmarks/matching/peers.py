"""Simpler ways to rank, for comparison: by words, by the embedding alone, and by both together."""

from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.matching.setting import Bench, Setting
from services.matcher.application.ports import Role, Stemmer
from services.matcher.domain.capability import Capability
from services.matcher.domain.language import language_of
from services.matcher.domain.need import Need
from services.matcher.domain.texts import folded

Table = NDArray[np.float64]
FUSION = 60


def text_of_need(need: Need) -> str:
    """All that is said of a need, its questions with it."""
    return " ".join([need.text, *need.questions])


def text_of_capability(capability: Capability) -> str:
    """All that is said of a capability."""
    return " ".join(capability.texts)


def by_bm25(bench: Bench, setting: Setting) -> Table:
    """BM25 (bm25s, its own defaults) of stems, accents folded."""
    retriever = bm25s.BM25()
    stemmer = bench.matching.represent.stemmer
    texts = [text_of_capability(offer.capability) for offer in bench.offers]
    retriever.index([stems(stemmer, text) for text in texts], show_progress=False)
    asked = [stems(stemmer, text_of_need(need.need)) for need in setting.needs]
    return np.stack([retriever.get_scores(words) for words in asked]).astype(float)


def by_word_weights(bench: Bench, setting: Setting) -> Table:
    """Cosine of tf-idf over words, accents folded."""
    vectorizer = TfidfVectorizer(preprocessor=folded, sublinear_tf=True)
    offers = vectorizer.fit_transform(text_of_capability(o.capability) for o in bench.offers)
    needs = vectorizer.transform(text_of_need(need.need) for need in setting.needs)
    return np.asarray((needs @ offers.T).toarray())


def by_embedding_alone(bench: Bench, setting: Setting) -> Table:
    """Cosine of vectors that nothing was done to: one text for each side."""
    encode = bench.matching.represent.embedder.encode
    offers = [text_of_capability(offer.capability) for offer in bench.offers]
    needs = [text_of_need(need.need) for need in setting.needs]
    return np.asarray(encode(needs, role=Role.QUERY) @ encode(offers, role=Role.PASSAGE).T)


def by_centred_embedding(bench: Bench, setting: Setting) -> Table:
    """Cosine of centred vectors; questions by their mean and their best, the text half."""
    outlines = np.stack([offer.whole for offer in bench.offers])
    rows = []
    for need in setting.needs:
        text = outlines @ need.whole
        asked = outlines @ need.question_vectors.T
        found = text / 2 + asked.mean(axis=1) + asked.max(axis=1) if asked.size else text
        rows.append(found)
    return np.stack(rows)


def fused(*tables: Table) -> Table:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
    total = np.zeros_like(tables[0])
    for table in tables:
        ranks = np.argsort(np.argsort(-table, axis=1, kind="stable"), axis=1)
        total += 1 / (FUSION + 1 + ranks)
    return total


def stems(stemmer: Stemmer, text: str) -> Sequence[str]:
    """The stems of a text, in its language."""
    language = language_of(text, otherwise="fr")
    return [written.stem for written in stemmer.stems(text, language=language)]
