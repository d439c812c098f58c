"""What an operator does about facilitators: invite them, and take an invitation back."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from services.profiles.application.invite_facilitator import InviteFacilitator
from services.profiles.domain.facilitator import Facilitator
from shared.runtime.operators import Verbs

LinkOf = Callable[[Facilitator], str]


@dataclass(frozen=True, slots=True)
class Inviting:
    """Prints the link that lets a facilitator in, or makes all links of one useless."""

    invite: InviteFacilitator
    link_of: LinkOf
    say: Callable[[str], None]

    async def __call__(self, asked: argparse.Namespace) -> bool:
        """Do what was asked; False where it could not be done, and why is said."""
        if asked.deed == "invite":
            self.say(self.link_of(await self.invite(asked.name)))
            return True
        revoked = await self.invite.revoke(asked.name)
        outcome = "links no longer work" if revoked else "nobody was invited by this name"
        self.say(f"{asked.name}: {outcome}")
        return revoked


def add_invitations(deeds: Verbs) -> None:
    """Add the commands `invite` and `revoke`."""
    for deed, promise in (
        ("invite", "print a link that opens the console; give it to this person alone"),
        ("revoke", "make all links of someone useless"),
    ):
        deeds.add_parser(deed, help=promise).add_argument("name", type=_name, metavar="NAME")


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise argparse.ArgumentTypeError("say whom")
    return name
