"""The profiles service put together: the site, the consumer, the worker, the commands."""

import asyncio
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.profiles.adapters.postgres import looking, on_connection, writing
from services.profiles.adapters.samples import read_samples
from services.profiles.adapters.tally import PrometheusTally
from services.profiles.application.change_capability import ChangeCapability
from services.profiles.application.confirm import Confirm
from services.profiles.application.describe_need import DescribeNeed
from services.profiles.application.erase import Erase
from services.profiles.application.expire_unconfirmed import ExpireUnconfirmed
from services.profiles.application.invite_facilitator import InviteFacilitator
from services.profiles.application.load_sample import LoadSample
from services.profiles.application.ports import PlaceholdersIn
from services.profiles.application.read_declaration import ReadDeclaration
from services.profiles.application.read_described import ListDescribed, ReadDescribed
from services.profiles.application.read_page import ReadPage
from services.profiles.application.request_link import RequestLink
from services.profiles.application.submit import Submit
from services.profiles.application.withdraw_need import WithdrawNeed
from services.profiles.commands import EraseParties, load_samples, parse, to_stderr
from services.profiles.commands.facilitating import Facilitating
from services.profiles.commands.inviting import Inviting
from services.profiles.consumer import applying
from services.profiles.domain.masking import Kind
from services.profiles.domain.need import Review
from services.profiles.settings import Settings
from services.profiles.web.pages import Pages
from services.profiles.web.site import Actions, make_site
from services.profiles.web.visitors import Door
from services.profiles.workers import expiring
from shared.contracts.topics import Service
from shared.runtime.clock import make_clock
from shared.runtime.host import Build, Host, Parts
from shared.runtime.i18n import Translator, load_catalogue
from shared.runtime.observability import Metrics
from shared.runtime.operating import Operated, operate
from shared.runtime.postgres import open_pool
from shared.runtime.prepare import migrate
from shared.runtime.service import serve
from shared.runtime.settings import ServiceSettings, read_settings

HERE = Path(__file__).parent
MIGRATIONS = HERE / "migrations"
LOCALES = HERE / "web" / "locales"


def run(arguments: Sequence[str] = ()) -> None:
    """Run the service, or the command that the arguments name."""
    asked = parse(arguments)
    if "operate" in asked:
        raise SystemExit(operate(asked, operated()))
    match asked.command:
        case "load-samples":
            complete = asyncio.run(_load(read_settings(ServiceSettings), asked.file))
            raise SystemExit(0 if complete else 1)
        case "facilitators":
            done = asyncio.run(_invite(read_settings(Settings), asked))
            raise SystemExit(0 if done else 1)
        case "needs":
            done = asyncio.run(_facilitate(read_settings(ServiceSettings), asked))
            raise SystemExit(0 if done else 1)
        case "erase":
            erased = asyncio.run(_erase(read_settings(ServiceSettings), asked))
            raise SystemExit(0 if erased else 1)
        case _:
            settings = read_settings(Settings)
            serve(Service.PROFILES, settings, MIGRATIONS, lambda host: parts(host, settings))


def operated() -> Operated:
    """The profiles service as its operators' commands need it."""

    def build() -> Build:
        settings = read_settings(Settings)
        return lambda host: parts(host, settings)

    return Operated(Service.PROFILES, MIGRATIONS, build)


def parts(host: Host, settings: Settings) -> Parts:
    """What makes a service process the profiles service."""
    begin, look = writing(host.pool, host.bell.ring), looking(host.pool)
    clock, tally = host.clock, PrometheusTally(host.metrics)
    catalogue = load_catalogue(LOCALES)
    placeholders = placeholders_in(catalogue)
    actions = Actions(
        submit=Submit(begin, clock, tally),
        read_declaration=ReadDeclaration(look, placeholders),
        confirm=Confirm(begin, clock, tally, Review(settings.review), placeholders),
        read_page=ReadPage(look, clock),
        withdraw=WithdrawNeed(begin, clock, tally),
        erase=Erase(begin, clock, tally),
        change=ChangeCapability(begin, clock, tally),
        read_described=ReadDescribed(look),
        list_described=ListDescribed(look),
        describe=DescribeNeed(begin, clock, tally, placeholders),
        request_link=RequestLink(begin, clock),
        clock=clock,
    )
    site = make_site(
        Pages(catalogue, settings.contact_email),
        actions,
        Door(settings.link_keys, clock),
        count=tally.request,
    )
    return Parts(
        routes=site,
        apply=applying(on_connection),
        workers={"expiring": expiring(ExpireUnconfirmed(begin, clock, tally))},
    )


def placeholders_in(catalogue: Mapping[str, Translator]) -> PlaceholdersIn:
    """What stands for masked words, in each language."""
    return {
        "fr": {kind: catalogue["fr"](f"masked.{kind}") for kind in Kind},
        "en": {kind: catalogue["en"](f"masked.{kind}") for kind in Kind},
    }


async def _invite(settings: Settings, asked: Namespace) -> bool:
    clock = make_clock(speed=settings.clock_speed, origin=settings.clock_origin)
    door = Door(settings.link_keys, clock)
    async with open_pool(settings.database_url, most=2) as pool:
        inviting = Inviting(
            InviteFacilitator(writing(pool, lambda: None)),
            lambda facilitator: settings.site_url + door.console_of(facilitator),
            print,
        )
        return await inviting(asked)


async def _facilitate(settings: ServiceSettings, asked: Namespace) -> bool:
    placeholders = placeholders_in(load_catalogue(LOCALES))
    clock = make_clock(speed=settings.clock_speed, origin=settings.clock_origin)
    async with open_pool(settings.database_url, most=2) as pool:
        look, begin = looking(pool), writing(pool, lambda: None)
        # Counted in a registry of its own: no service listens here.
        tally = PrometheusTally(Metrics(Service.PROFILES))
        describe = DescribeNeed(begin, clock, tally, placeholders)
        return await Facilitating(ListDescribed(look), ReadDescribed(look), describe, print)(asked)


async def _erase(settings: ServiceSettings, asked: Namespace) -> bool:
    clock = make_clock(speed=settings.clock_speed, origin=settings.clock_origin)
    async with open_pool(settings.database_url, most=2) as pool:
        tally = PrometheusTally(Metrics(Service.PROFILES))  # of this process, which nobody asks
        begin = writing(pool, lambda: None)
        return await EraseParties(pool, begin, Erase(begin, clock, tally), to_stderr)(asked)


async def _load(settings: ServiceSettings, file: Path) -> bool:
    placeholders = placeholders_in(load_catalogue(LOCALES))
    clock = make_clock(speed=settings.clock_speed, origin=settings.clock_origin)
    async with open_pool(settings.database_url, most=2) as pool:
        await migrate(pool, MIGRATIONS)
        # The running service's relay looks for new rows by itself.
        load = LoadSample(writing(pool, lambda: None), clock, placeholders)
        return await load_samples(read_samples(file), load, to_stderr)
