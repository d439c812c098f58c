"""Nothing goes back: not on the log, not in what was made from it.

On the log, within a partition: a client that asks the embedded broker for a topic before anybody
made it again gets one with another number of partitions, and keys move. Copies go by versions.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS
from tests.reliability.storm.history import History, Record, Thing, Told

Place = tuple[tuple[str, str], int]
"""A line of what is told, and the partition that it was found in."""


def order(history: History) -> list[str]:
    """What came after what it should have come before, and what stayed behind."""
    return [*_first_deliveries(history), *_last_words(history), *_copies(history)]


def _first_deliveries(history: History) -> Iterator[str]:
    """What is told in a life of the broker comes before what is told later of the same key.

    What is older than the broker's life was told in an earlier one, and is only told again.
    """
    told = {row.id: row for row in history.outbox}
    for life, began in enumerate(history.lives, start=1):
        seen: set[UUID] = set()
        newest: dict[Place, Told] = {}
        for record in _in_order(history.records, life):
            row = told.get(record.id)
            if row is None or not row.version or row.id in seen:
                continue
            seen.add(row.id)
            place = (row.line, record.partition)
            later = newest.get(place)
            if later is not None and row.version < later.version:
                if row.born > began:
                    yield f"{row.type} {row.id} came after {later.type} {later.id} of {row.line}"
            else:
                newest[place] = row


def _last_words(history: History) -> Iterator[str]:
    """The log's last word about a key, which compaction would keep, is its newest."""
    told = {row.id: row for row in history.outbox}
    last: dict[Place, Told] = {}
    newest: dict[Place, Told] = {}
    for record in _in_order(history.records, len(history.lives)):
        row = told.get(record.id)
        if row is not None and row.version:
            place = (row.line, record.partition)
            last[place] = row
            if place not in newest or row.version > newest[place].version:
                newest[place] = row
    for place, row in last.items():
        if row.version < newest[place].version:
            of = newest[place].version
            yield f"the last word about {row.line} is version {row.version} of {of}"


def _copies(history: History) -> Iterator[str]:
    """What a reader knows of a key is its newest version."""
    newest: defaultdict[str, dict[UUID, int]] = defaultdict(dict)
    for row in history.outbox:
        if row.version:
            known = newest[row.topic].get(UUID(row.key), 0)
            newest[row.topic][UUID(row.key)] = max(known, row.version)
    copies: tuple[tuple[str, str, Mapping[UUID, Thing]], ...] = (
        ("matcher", NEEDS.name, history.matcher.needs),
        ("matcher", CAPABILITIES.name, history.matcher.capabilities),
        ("notifier", NEEDS.name, history.notifier.needs),
        ("notifier", CAPABILITIES.name, history.notifier.capabilities),
        ("notifier", CONTACTS.name, history.notifier.parties),
    )
    for reader, topic, things in copies:
        for thing in things.values():
            version = newest[topic].get(thing.id, thing.version)
            if thing.version != version:
                yield f"{reader} has version {thing.version} of {topic} {thing.id}, not {version}"


def _in_order(records: Sequence[Record], life: int) -> list[Record]:
    chosen = [record for record in records if record.life == life]
    return sorted(chosen, key=lambda record: (record.topic, record.partition, record.offset))
