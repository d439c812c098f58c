"""The command line of the profiles service."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from services.profiles.application.erase import Erase
from services.profiles.application.load_sample import LoadSample, Sample
from services.profiles.application.ports import Begin
from services.profiles.commands.facilitating import add_deeds
from services.profiles.commands.inviting import add_invitations
from services.profiles.domain.party import Party
from shared.runtime.operators import add_operators_commands, add_who_and_why
from shared.runtime.replaying import Order, begin

if TYPE_CHECKING:
    from shared.runtime.postgres import Database

EVERY = 20


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What to run: nothing (the service), `load-samples FILE` or what operators ask for."""
    parser = argparse.ArgumentParser(
        prog="python -m services.profiles",
        description="Without a command: run the service until SIGTERM.",
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    load = commands.add_parser(
        "load-samples", help="publish sample capabilities (JSON lines), each with an invented owner"
    )
    load.add_argument("file", type=_readable)
    erase = commands.add_parser(
        "erase", help="erase someone who asked for it, with all that they declared, everywhere"
    )
    whom = erase.add_mutually_exclusive_group(required=True)
    whom.add_argument("--email", metavar="ADDRESS", help="as they gave it; on either side")
    whom.add_argument("--party", type=UUID, metavar="ID")
    erase.add_argument("--dry-run", action="store_true", help="say what would go, erase nothing")
    add_who_and_why(erase, required=True)
    needs = commands.add_parser("needs", help="facilitators: say what published needs are about")
    add_deeds(needs.add_subparsers(dest="deed", required=True, metavar="DEED"))
    helpers = commands.add_parser("facilitators", help="invite people to the facilitators' console")
    add_invitations(helpers.add_subparsers(dest="deed", required=True, metavar="DEED"))
    add_operators_commands(commands)
    return parser.parse_args(arguments)


async def load_samples(
    lines: Iterable[Sample | object], load: LoadSample, say: Callable[[str], None]
) -> bool:
    """Load each sample, telling how far it is; False where a line was no capability."""
    loaded = known = bad = 0
    for line in lines:
        if not isinstance(line, Sample):
            bad += 1
            say(str(line))
            continue
        new = await load(line)
        loaded, known = loaded + new, known + (not new)
        if (loaded + known) % EVERY == 0:
            say(f"{loaded + known} capabilities")
    say(f"{loaded} capabilities loaded, {known} known before, {bad} bad lines")
    return bad == 0


@dataclass(frozen=True, slots=True)
class EraseParties:
    """Erase whoever asked an operator for it; who did it and why is kept, the address is not."""

    pool: "Database"
    begin: Begin
    erase: Erase
    say: Callable[[str], None]

    async def __call__(self, asked: argparse.Namespace) -> bool:
        """Erase them; False where nobody is known by this address or id."""
        parties = await self._found(asked)
        if not parties:
            self.say("Nobody is known by that; nothing was erased.")
            return False
        if asked.dry_run:
            for party in parties:
                self.say(f"{party.side} {party.id} would be erased")
            return True
        ids = [str(party.id) for party in parties]
        await begin(self.pool, Order(asked.who, asked.why, "erase", {"parties": ids}))
        for party in parties:
            erased = await self.erase.of(party.id)
            if erased is not None:
                needs, offers = erased.needs, erased.capabilities
                self.say(f"{party.side} {party.id}: {needs} needs, {offers} offers erased")
        return True

    async def _found(self, asked: argparse.Namespace) -> list[Party]:
        async with self.begin() as transaction:
            if asked.email:
                return await transaction.parties.at(asked.email.strip().casefold())
            party = await transaction.parties.get(asked.party)
            return [] if party is None else [party]


def to_stderr(message: str) -> None:
    """Tell the person at the terminal."""
    print(message, file=sys.stderr, flush=True)


def _readable(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"no such file: {text}")
    return path
