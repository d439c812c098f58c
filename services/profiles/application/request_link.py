"""Someone lost the link to their personal page."""

from dataclasses import dataclass

from services.profiles.application.events import page_link_asked
from services.profiles.application.ports import Begin
from shared.contracts.delivery import Clock

ONCE_PER_S = 300


@dataclass(frozen=True, slots=True)
class RequestLink:
    """Have a new link sent where the address is known and confirmed; nobody learns whether."""

    begin: Begin
    clock: Clock

    async def __call__(self, email: str) -> None:
        at = self.clock()
        window = int(at.timestamp()) // ONCE_PER_S
        async with self.begin() as transaction:
            for party in await transaction.parties.at(email.casefold()):
                if party.verified:
                    await transaction.outbox.put(page_link_asked(party, at, once_per=window))
