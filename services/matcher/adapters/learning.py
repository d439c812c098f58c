"""Learning all of `models/` again, and measuring it on needs that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.matcher.adapters.bridge_files import read_bridges
from services.matcher.adapters.model_files import (
    read_centring,
    read_rarity,
    write_scorer,
)
from services.matcher.adapters.sample import Sample
from services.matcher.adapters.scikit_scorer import ScikitScorer, ScorerFile, pipeline
from services.matcher.adapters.scikit_training import RAW, READ, JudgedPair, learned, unseen
from services.matcher.adapters.training import (
    Subjects,
    learn_bridges,
    learn_centring,
    learn_rarity,
)
from services.matcher.adapters.trec import ANSWERS, Grades, Scores
from services.matcher.application.ports import Embedder, Stemmer
from services.matcher.application.represent import Represent
from services.matcher.domain.bridges import Bridges
from services.matcher.domain.features import asked, features_of
from services.matcher.domain.lexical import Rarity
from services.matcher.domain.need import Need
from services.matcher.domain.representation import CapabilityRepresentation, NeedRepresentation

VERSION = "prior-1"
COMMAND = "python -m services.matcher train --data data --subjects SUBJECTS --out MODELS"
LICENCE = "judgements: written for this project, EUPL-1.2; subjects: CC0 1.0 (OpenAlex and ours)"


@dataclass(frozen=True, slots=True)
class Basis:
    """What features are computed from, beside the two texts."""

    rarity: Rarity
    bridges: Bridges


@dataclass(frozen=True, slots=True)
class JudgedFeatures:
    """Features of every judged need with every capability, as typed and as read."""

    raw: list[JudgedPair]
    read: list[JudgedPair]


def learn_all(
    sample: Sample, subjects: Subjects, embedder: Embedder, stemmer: Stemmer, out: Path
) -> None:
    """Write centring, rarity, bridges and scorer into a folder."""
    learn_rarity(stemmer, subjects, sample.capabilities, out)
    learn_centring(embedder, subjects, sample.capabilities, out)
    centring = read_centring(out)
    learn_bridges(embedder, subjects, sample.not_research, centring, out)
    represent = Represent(embedder, stemmer, centring)
    judged = judged_features(sample, represent, Basis(read_rarity(out), read_bridges(out)))
    scorer = ScorerFile(
        version=VERSION,
        trained_with=COMMAND,
        data_licence=LICENCE,
        raw=learned(judged.raw, RAW),
        read=learned(judged.read, READ),
    )
    write_scorer(scorer, out)


def judged_features(sample: Sample, represent: Represent, basis: Basis) -> JudgedFeatures:
    """Features of all pairs of the sample."""
    offers = represent.capabilities(sample.capabilities)
    raw, read = (represent.needs(needs, quoting=False) for needs in (sample.raw, sample.read))
    return JudgedFeatures(
        judged_pairs(raw, offers, sample.grades, basis),
        judged_pairs(read, offers, sample.grades, basis),
    )


def judged_pairs(
    needs: Sequence[NeedRepresentation],
    offers: Sequence[CapabilityRepresentation],
    grades: Grades,
    basis: Basis,
) -> list[JudgedPair]:
    """Each need with each offer."""
    return [
        JudgedPair(
            wanted.need.need.need_id,
            offer.capability.capability_id,
            features_of(wanted, offer, basis.rarity),
            fits=_grade(grades, wanted.need.need, offer) >= ANSWERS,
        )
        for wanted in (asked(need, basis.bridges) for need in needs)
        for offer in offers
    ]


def unseen_scores(
    pairs: Sequence[JudgedPair], names: Sequence[str], decided: Mapping[str, float] | None = None
) -> Scores:
    """A run in which each need was scored by a model that never saw its judgements.

    What people `decided` is added where it is given.
    """
    run: Scores = {}
    for model, held_out in unseen(pairs, names):
        fold = pipeline(model, decided or {})
        scorer = ScikitScorer("fold", fold, fold)
        scores = scorer.score([pair.features for pair in held_out], read=False)
        for pair, score in zip(held_out, scores, strict=True):
            run.setdefault(pair.need_id, {})[pair.capability_id] = score.probability
    return run


def _grade(grades: Grades, need: Need, offer: CapabilityRepresentation) -> int:
    return grades.get(need.need_id, {}).get(offer.capability.capability_id, 0)
