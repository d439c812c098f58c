"""The use cases of the profiles service around a store in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from services.profiles.application.admit import Visitor
from services.profiles.application.change_capability import (
    ChangeCapability,
)
from services.profiles.application.confirm import Confirm
from services.profiles.application.expire_unconfirmed import ExpireUnconfirmed
from services.profiles.application.read_declaration import Declaration
from services.profiles.application.submit import Submit
from services.profiles.application.withdraw_need import WithdrawNeed
from services.profiles.domain.need import Review
from shared.contracts.event import Event, derived_id
from tests.support.fakes_profiles import (
    MASKS,
    CountingTally,
    HandClock,
    a_capability_declaration,
    a_need_declaration,
    an_id,
)
from tests.support.fakes_profiles_store import Memory

E = TypeVar("E", bound=Event)
NEED = Declaration(need_id=derived_id(an_id("form"), "need"))
OFFER = Declaration(capability_id=derived_id(an_id("offer"), "capability"))


@dataclass
class House:
    """The use cases around one store."""

    store: Memory = field(default_factory=Memory)
    clock: HandClock = field(default_factory=HandClock)
    tally: CountingTally = field(default_factory=CountingTally)
    review: Review = Review.AUTO

    @property
    def submit(self) -> Submit:
        return Submit(self.store.begin, self.clock, self.tally)

    @property
    def confirm(self) -> Confirm:
        return Confirm(self.store.begin, self.clock, self.tally, self.review, MASKS)

    @property
    def withdraw(self) -> WithdrawNeed:
        return WithdrawNeed(self.store.begin, self.clock, self.tally)

    @property
    def change(self) -> ChangeCapability:
        return ChangeCapability(self.store.begin, self.clock, self.tally)

    @property
    def expire(self) -> ExpireUnconfirmed:
        return ExpireUnconfirmed(self.store.begin, self.clock, self.tally)

    def told(self, kind: type[E]) -> Sequence[E]:
        return [event for event in self.store.told if isinstance(event, kind)]

    def visitor(self, form: str = "form") -> Visitor:
        return Visitor(derived_id(an_id(form), "party"), 0)

    async def with_confirmed_need(self) -> "House":
        await self.submit.need(a_need_declaration())
        await self.confirm(self.visitor(), NEED)
        return self

    async def with_confirmed_offer(self) -> "House":
        await self.submit.capability(a_capability_declaration())
        await self.confirm(self.visitor("offer"), OFFER)
        return self
