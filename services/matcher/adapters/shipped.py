"""The matching that is shipped: the bundled model and the files of `models/`, put together."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.matcher.adapters.batched_embedder import MemoryCache
from services.matcher.adapters.bridge_files import BRIDGES, read_bridges
from services.matcher.adapters.bundled_embedder import bundled_embedder
from services.matcher.adapters.catalogue import TomlCatalogue
from services.matcher.adapters.lexical import SnowballStemmer
from services.matcher.adapters.model_files import (
    MODELS,
    read_centring,
    read_rarity,
    read_scorer,
    read_weights,
)
from services.matcher.adapters.scikit_scorer import ScikitScorer, scorer_of
from services.matcher.application.explain_match import ExplainMatch
from services.matcher.application.ports import Catalogue, Embedder, VectorCache
from services.matcher.application.represent import Represent
from services.matcher.application.score_matches import ScoreMatches
from services.matcher.domain.eligibility import AskingRules
from services.matcher.domain.features import FEATURES
from services.matcher.domain.subjects import SubjectSpace

VECTORS_IN_MEMORY = 20_000
FEATURES_REVISION = 2
"""Raised when a feature of one name is computed otherwise: older answers count no more then."""


@dataclass(frozen=True, slots=True)
class Matching:
    """All that scoring needs: the same for the service and for the command line."""

    represent: Represent
    score: ScoreMatches
    explain: ExplainMatch
    subjects: SubjectSpace
    rules: AskingRules
    catalogue: Catalogue

    @property
    def model_version(self) -> str:
        """Changes when a score could."""
        return self.score.scorer.version

    @property
    def feature_set(self) -> str:
        """Changes when a feature could mean something else: examples are compared within one."""
        rarity = self.score.rarity
        told = [
            FEATURES_REVISION,
            self.represent.version,
            self.score.bridges.version,
            sorted(FEATURES),
            rarity.documents,
            rarity.mean_length,
            sorted(rarity.found_in.items()),
        ]
        return sha256(json.dumps(told).encode()).hexdigest()[:8]


def shipped_matching(cache: VectorCache | None = None) -> Matching:
    """Matching with the bundled embedder."""
    return matching_with(bundled_embedder(cache or MemoryCache(at_most=VECTORS_IN_MEMORY)))


def matching_with(embedder: Embedder) -> Matching:
    """Matching with an embedder and the shipped files."""
    stemmer, rarity, weights = SnowballStemmer(), read_rarity(), read_weights()
    catalogue, bridges = TomlCatalogue(), read_bridges()
    return Matching(
        Represent(embedder, stemmer, read_centring()),
        ScoreMatches(shipped_scorer(), rarity, bridges, weights.thresholds),
        ExplainMatch(stemmer, rarity, catalogue),
        bridges.subjects,
        weights.rules,
        catalogue,
    )


def shipped_scorer(folder: Path = MODELS) -> ScikitScorer:
    """The scorer that was learned, with the weights that people decided."""
    learned = read_scorer(folder)
    # All that a score is computed from, beside the representations, which have their own version.
    names = ("scorer.json", "weights.toml", "rarity.json", *BRIDGES)
    numbers = b"".join((folder / name).read_bytes() for name in names)
    digest = sha256(numbers).hexdigest()[:8]
    return scorer_of(f"{learned.version}.{digest}", learned, read_weights(folder).added)
