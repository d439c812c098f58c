"""What holds for every life of a proposal, whatever happens in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifier.domain.advancing import advance, next_moment
from services.notifier.domain.answering import answer, undo
from services.notifier.domain.asking import approve, mail_taken, supersede, withdraw
from services.notifier.domain.effects import (
    Ask,
    Effect,
    Introduce,
    SideAnswered,
    SideAsked,
    SideExpired,
    Supersede,
    Withdraw,
)
from services.notifier.domain.people import NotBothAcceptedError, Party, Shown, introduction
from services.notifier.domain.proposal import (
    NotAllowedError,
    Rules,
    Step,
    TooLateError,
)
from services.notifier.domain.register import Accept, Accepted, Answer, Decline, Later, Side
from tests.unit.notifier.people import CAPABILITY, NEED, PROPOSAL, WHY, a_party

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = Rules(undo=timedelta(minutes=10))
SIDES = st.sampled_from(list(Side))
ENDS = (SideExpired, Introduce, Supersede, Withdraw)


class Life(RuleBasedStateMachine):
    """A proposal to which anything happens at any time, any number of times."""

    def __init__(self) -> None:
        super().__init__()
        self.proposal = PROPOSAL
        self.now = START
        self.effects: list[Effect] = []
        self.yes: set[Side] = set()
        self.directly = False

    def _take(self, step: Step) -> None:
        self.proposal = step.proposal
        self.effects.extend(step.effects)

    @rule()
    def approved(self) -> None:
        self._take(approve(self.proposal))

    @rule(side=SIDES)
    def mail_arrives(self, side: Side) -> None:
        step = mail_taken(self.proposal, side, self.now)
        self._take(step)
        assert mail_taken(step.proposal, side, self.now) == Step(step.proposal)

    @rule(side=SIDES, word=st.sampled_from(["yes", "no", "later"]), days=st.integers(0, 16))
    def someone_answers(self, side: Side, word: str, days: int) -> None:
        later = Later((self.now + timedelta(days=days)).date())
        words: dict[str, Answer] = {"yes": Accept(), "no": Decline("other"), "later": later}
        said = words[word]
        try:
            self.proposal = answer(self.proposal, side, said, self.now, RULES)
        except (TooLateError, NotAllowedError):
            return
        assert answer(self.proposal, side, said, self.now, RULES) == self.proposal
        (self.yes.add if word == "yes" else self.yes.discard)(side)

    @rule(side=SIDES)
    def someone_undoes(self, side: Side) -> None:
        try:
            self.proposal = undo(self.proposal, side, self.now)
        except TooLateError:
            return
        self.yes.discard(side)

    @rule(minutes=st.sampled_from([1, 11, 60 * 24, 60 * 24 * 7, 60 * 24 * 22]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        moment = next_moment(self.proposal, RULES)
        step = advance(self.proposal, self.now, RULES, directly=self.directly)
        assert (step.proposal != self.proposal) == (moment is not None and moment <= self.now)
        self._take(step)

    @rule()
    def the_organisation_wants_to_meet_whoever_accepts(self) -> None:
        self.directly = True
        self.yes.add(Side.NEED)

    @precondition(lambda self: len(self.effects) > 2)
    @rule(others_were_enough=st.booleans())
    def someone_leaves(self, *, others_were_enough: bool) -> None:
        self._take((supersede if others_were_enough else withdraw)(self.proposal))

    @invariant()
    def nobody_is_known_before_both_said_yes(self) -> None:
        shown = Shown(self.proposal, NEED, CAPABILITY, WHY)
        parties: tuple[Party, Party] = (a_party("org"), a_party("ada"))
        both = {s for s in Side if isinstance(self.proposal.register(s).state, Accepted)}
        for side in Side:
            try:
                known = introduction(shown, side, *parties)
            except NotBothAcceptedError:
                assert both != set(Side) or not self._introduced()
            else:
                assert both == set(Side) == self.yes
                assert known.other is parties[1 if side is Side.NEED else 0]

    def _introduced(self) -> bool:
        return any(isinstance(effect, Introduce) for effect in self.effects)

    @invariant()
    def each_thing_is_told_and_asked_once(self) -> None:
        told = [e for e in self.effects if isinstance(e, Ask | SideAsked | SideAnswered)]
        keys = [
            (type(e), e.side, e.round, type(e.answer) if isinstance(e, SideAnswered) else None)
            for e in told
        ]
        assert len(keys) == len(set(keys))

    @invariant()
    def it_ends_once_at_most(self) -> None:
        declined = [
            e for e in self.effects if isinstance(e, SideAnswered) and isinstance(e.answer, Decline)
        ]
        ends = [e for e in self.effects if isinstance(e, ENDS)] + declined
        assert len(ends) <= 1
        assert bool(ends) != self.proposal.stage.is_open

    @invariant()
    def the_organisation_hears_of_it_only_after_the_researchers_yes(self) -> None:
        for place, effect in enumerate(self.effects):
            if isinstance(effect, Ask) and effect.side is Side.NEED:
                before = self.effects[:place]
                assert SideAnswered(Side.RESEARCH, 1, Accept()) in before or any(
                    isinstance(e, SideAnswered)
                    and e.side is Side.RESEARCH
                    and isinstance(e.answer, Accept)
                    for e in before
                )


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
