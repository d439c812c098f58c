"""Nothing goes back: not on the log, not in what was made from it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from shared.contracts.topics import CAPABILITIES, CONTACTS, NEEDS
from tests.reliability.storm.history import History, Record, Thing, Told


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
        newest: dict[tuple[str, str], Told] = {}
        for record in _in_order(history.records, life):
            row = told.get(record.id)
            if row is None or not row.version or row.id in seen:
                continue
            seen.add(row.id)
            key = row.line
            later = newest.get(key)
            if later is not None and row.version < later.version:
                if row.born > began:
                    yield f"{row.type} {row.id} came after {later.type} {later.id} of {key}"
            else:
                newest[key] = row


def _last_words(history: History) -> Iterator[str]:
    """The log's last word about a key, which compaction would keep, is its newest."""
    told = {row.id: row for row in history.outbox}
    last: dict[tuple[str, str], Told] = {}
    newest: dict[tuple[str, str], Told] = {}
    for record in _in_order(history.records, len(history.lives)):
        row = told.get(record.id)
        if row is not None and row.version:
            key = row.line
            last[key] = row
            if key not in newest or row.version > newest[key].version:
                newest[key] = row
    for key, row in last.items():
        if row.version < newest[key].version:
            yield f"the last word about {key} is version {row.version} of {newest[key].version}"


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
