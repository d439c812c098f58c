"""What operators ask of a service in a terminal, the same for every service."""

import argparse
from datetime import UTC, datetime
from typing import Protocol

from shared.runtime.dead_letters import OPEN, STATUSES, Filters

DEFAULT_RATE = 50.0
LONGEST_LIST = 200


class Verbs(Protocol):
    """What commands are added to (argparse's own class has no public name)."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """Add a command."""
        ...


def add_operators_commands(verbs: Verbs) -> None:
    """Add `prepare`, `dead-letters` and `rebuild` to a service's command line."""
    prepare = verbs.add_parser("prepare", help="create tables and topics, then stop")
    prepare.set_defaults(operate="prepare")
    rebuild = verbs.add_parser(
        "rebuild", help="take in the compacted topics again from their beginning, while serving"
    )
    rebuild.set_defaults(operate="rebuild")
    rebuild.add_argument("--topic", help="this topic only", metavar="NAME")
    rebuild.add_argument("--json", action="store_true", help="print JSON, one object a line")
    letters = verbs.add_parser("dead-letters", help="see and deal with what could not be used")
    deeds = letters.add_subparsers(required=True, metavar="DEED")
    _add_list(deeds)
    _add_show(deeds)
    _add_replay(deeds)
    _add_discard(deeds)


def filters_of(options: argparse.Namespace) -> Filters:
    """The letters that the options mean."""
    status = getattr(options, "status", OPEN)
    return Filters(
        ids=tuple(options.id),
        kind=options.type,
        reason=options.reason,
        topic=options.topic,
        since=options.since,
        until=options.until,
        status=None if status == "all" else status,
    )


def _add_list(deeds: Verbs) -> None:
    parser = deeds.add_parser("list", help="which letters there are; never what they hold")
    parser.set_defaults(operate="list")
    _add_filters(parser)
    parser.add_argument("--status", choices=(*STATUSES, "all"), default=OPEN)
    parser.add_argument(
        "--limit", type=_whole, default=LONGEST_LIST, metavar="N", help="letters shown at most"
    )
    _add_json(parser)


def _add_show(deeds: Verbs) -> None:
    parser = deeds.add_parser("show", help="all about one letter")
    parser.set_defaults(operate="show")
    parser.add_argument("letter", type=_whole, metavar="ID")
    parser.add_argument(
        "--reveal", action="store_true", help="show personal data too; needs --who and --why"
    )
    add_who_and_why(parser, required=False)
    _add_json(parser)


def _add_replay(deeds: Verbs) -> None:
    parser = deeds.add_parser(
        "replay", help="hand open letters to this service's work again; no other reader hears them"
    )
    parser.set_defaults(operate="replay")
    _add_choice(parser)
    parser.add_argument(
        "--rate",
        type=_rate,
        default=DEFAULT_RATE,
        metavar="N",
        help=f"letters a second at most (default {DEFAULT_RATE:g})",
    )


def _add_discard(deeds: Verbs) -> None:
    parser = deeds.add_parser("discard", help="give open letters up: what they hold is erased")
    parser.set_defaults(operate="discard", rate=float("inf"))
    _add_choice(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    _add_filters(parser)
    parser.add_argument("--all", action="store_true", help="every open letter")
    parser.add_argument("--dry-run", action="store_true", help="rehearse: say it, change nothing")
    add_who_and_why(parser, required=True)
    _add_json(parser)


def _add_filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--id", type=_whole, action="append", default=[], metavar="N", help="may be repeated"
    )
    parser.add_argument("--type", metavar="TYPE", help="the event's type, as need.published.v1")
    parser.add_argument("--reason", metavar="TEXT", help="a part of the reason")
    parser.add_argument("--topic", metavar="NAME", help="with or without passerelle.")
    parser.add_argument("--since", type=_moment, metavar="WHEN", help="ISO 8601; UTC if not said")
    parser.add_argument("--until", type=_moment, metavar="WHEN", help="before then")


def add_who_and_why(parser: argparse.ArgumentParser, *, required: bool) -> None:
    """Ask who does it and why."""
    parser.add_argument("--who", type=_words, required=required, help="your name, for the record")
    parser.add_argument("--why", type=_words, required=required, help="the reason, for the record")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON, one object a line")


def _whole(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**63:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _rate(text: str) -> float:
    rate = float(text)
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return rate


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text.strip()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "is no date, as 2026-03-02 or 2026-03-02T09:30+01:00"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
