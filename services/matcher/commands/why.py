"""`why`: why a capability is, or is not, proposed for a need; from files, or in the service."""

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from services.matcher.adapters.jsonl import BadLine, CapabilityLine, Line, NeedLine, read_lines
from services.matcher.adapters.models_in_use import chosen_models
from services.matcher.adapters.postgres import transactions
from services.matcher.adapters.postgres_decisions import PostgresDecisions
from services.matcher.adapters.progress import Progress
from services.matcher.adapters.shipped import shipped_matching
from services.matcher.adapters.why_text import WhyText
from services.matcher.application.account_for import Account, AccountFor, Judged
from services.matcher.application.explain_pair import ExplainPair
from services.matcher.settings import MatcherSettings
from shared.runtime.clock import make_clock
from shared.runtime.operators import Verbs
from shared.runtime.postgres import PASSING_ERRORS, open_pool
from shared.runtime.settings import read_settings

DONE, NOTHING, UNUSABLE, AWAY = 0, 1, 2, 3
ACCOUNT, JUDGED = TypeAdapter(Account), TypeAdapter(Judged)


def add_why_command(verbs: Verbs) -> None:
    """Add `why` to the command line."""
    parser = verbs.add_parser(
        "why", help="why a capability is, or is not, proposed for a need; in this service, or files"
    )
    parser.add_argument("need_id", nargs="?", metavar="NEED_ID")
    parser.add_argument("capability_id", nargs="?", metavar="CAPABILITY_ID")
    parser.add_argument("--need", metavar="NEED_ID", help="another way to say which")
    parser.add_argument("--capability", metavar="CAPABILITY_ID")
    parser.add_argument("--needs", type=Path, metavar="FILE.jsonl", help="without any server")
    parser.add_argument("--capabilities", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--language", choices=("fr", "en"), default="fr")
    parser.add_argument("--json", action="store_true", help="print JSON, in both languages")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Tell it; 0: done, 1: there is no such pair, 2: unusable, 3: the database is away."""
    pair = options.need or options.need_id, options.capability or options.capability_id
    if not all(pair):
        raise ValueError("say which need and which capability")
    if (options.needs is None) != (options.capabilities is None):
        raise ValueError("--needs and --capabilities go together")
    if options.needs is not None:
        return _from_files(options, *pair)
    try:
        need_id, capability_id = map(UUID, pair)
    except ValueError as error:
        raise ValueError("in the service, ids are UUIDs") from error
    return asyncio.run(_in_service(options, need_id, capability_id))


def _from_files(options: argparse.Namespace, need_id: str, capability_id: str) -> int:
    needs = {line.id: line.thing() for line in _lines(options.needs, NeedLine)}
    offers = {line.id: line.thing() for line in _lines(options.capabilities, CapabilityLine)}
    if need_id not in needs or capability_id not in offers:
        missing = need_id if need_id not in needs else capability_id
        return _refuse(f"There is no usable {missing} in that file.", NOTHING)
    matching = shipped_matching()
    judge = ExplainPair(matching.represent, matching.score, matching.explain, matching.rules)
    judged = judge(
        needs[need_id], offers[capability_id], list(offers.values()), Progress(sys.stderr)
    )
    if options.json:
        _say([JUDGED.dump_json(judged).decode()])
    else:
        text = WhyText(options.language, matching.catalogue)
        _say(text.judged(need_id, capability_id, judged))
    return DONE


async def _in_service(options: argparse.Namespace, need_id: UUID, capability_id: UUID) -> int:
    settings, matching = read_settings(MatcherSettings), shipped_matching()
    try:
        async with open_pool(settings.database_url, most=2) as pool:
            in_use = await chosen_models(pool, matching).now()
            account = await AccountFor(
                transactions(pool),
                PostgresDecisions(pool),
                in_use.score,
                matching.explain,
                settings.rules(matching.rules),
                matching.represent.version,
                make_clock(speed=settings.clock_speed, origin=settings.clock_origin),
            )(need_id, capability_id)
    except asyncpg.UndefinedTableError:
        return _refuse("The tables are not there: run `prepare` first.", UNUSABLE)
    except (*PASSING_ERRORS, asyncpg.PostgresError) as away:
        return _refuse(f"The database cannot be used now: {type(away).__name__}.", AWAY)
    if options.json:
        _say([ACCOUNT.dump_json(account).decode()])
    else:
        _say(WhyText(options.language, matching.catalogue).account(account))
    return DONE if account.judged or account.decisions else NOTHING


def _lines(path: Path, kind: type[Line]) -> list[Line]:
    def report(bad: BadLine) -> None:
        print(f"{path.name} {bad.text}.", file=sys.stderr)

    return list(read_lines(path, kind, report))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _refuse(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code
