"""Each checker finds what is wrong with a history, and only where something is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.reliability.storm.checkers import CHECKERS
from tests.reliability.storm.history import Asked, History, Mail, Progress, Record
from tests.reliability.storm.told import Deed, Said
from tests.support.builders_events import an_id
from tests.unit.storm import histories as h

Broken = Callable[[History], History]


def without_record(number: int) -> Broken:
    return lambda well: replace(well, records=[one for one in well.records if one.offset != number])


def with_order(*numbers: int, lives: tuple[float, ...] = (0.0,)) -> Broken:
    """Only these events reach the log of the last life, in this order."""
    rows = tuple(h.OUTBOX[number - 1] for number in numbers)
    return lambda well: replace(
        well,
        lives=lives,
        records=[*h.on_the_log(h.OUTBOX), *h.on_the_log(rows, life=len(lives))]
        if len(lives) > 1
        else h.on_the_log(rows),
    )


def with_mail(mail: Mail) -> Broken:
    return lambda well: replace(well, mails=[*well.mails, mail])


def with_proposal(**changed: object) -> Broken:
    def broken(well: History) -> History:
        other = replace(well.notifier.proposals[h.PROPOSAL], **changed)  # type: ignore[arg-type]
        proposals = {**well.notifier.proposals, other.id: other}
        return replace(well, notifier=replace(well.notifier, proposals=proposals))

    return broken


def with_delivery(**changed: object) -> Broken:
    def broken(well: History) -> History:
        other = replace(well.notifier.deliveries[h.ASKING], **changed)  # type: ignore[arg-type]
        deliveries = {**well.notifier.deliveries, other.id: other}
        return replace(well, notifier=replace(well.notifier, deliveries=deliveries))

    return broken


def with_matcher(**changed: object) -> Broken:
    return lambda well: replace(well, matcher=replace(well.matcher, **changed))  # type: ignore[arg-type]


def with_profiles(**changed: object) -> Broken:
    return lambda well: replace(well, profiles=replace(well.profiles, **changed))  # type: ignore[arg-type]


def asked(times: int) -> list[Asked]:
    """One researcher, asked about so many needs."""
    return [
        Asked(an_id(f"p/{n}"), an_id(f"n/{n}"), h.OFFER, h.RESEARCHER, "open", float(n))
        for n in range(times)
    ]


def shown(**changed: object) -> Broken:
    usual = Progress(h.PROPOSAL, "accepted", "accepted", introduced=True, over=False)
    return with_profiles(progress={h.PROPOSAL: replace(usual, **changed)})  # type: ignore[arg-type]


def again(number: int) -> Broken:
    row = replace(h.OUTBOX[number - 1], id=an_id("again"), number=99)
    return lambda well: replace(well, outbox=[*well.outbox, row])


LOST: dict[str, Broken] = {
    "an event that is not on the log": without_record(4),
    "an event that was never published": lambda well: replace(
        well, outbox=[replace(h.OUTBOX[0], published=False), *h.OUTBOX[1:]]
    ),
    "an event that a reader never heard": lambda well: replace(
        well, inbox={**well.inbox, "matcher": frozenset()}
    ),
    "a need that was said to be saved": with_profiles(needs={}),
    "a need that was said to be confirmed": with_profiles(needs=h.of(h.NEED, 1, "submitted")),
    "a capability that was said to be saved": with_profiles(capabilities={}),
    "a need that a reader does not know": with_matcher(needs={}),
    "a need that came to nothing": with_matcher(proposals=(), looked_at=frozenset()),
    "a wish that was not followed": lambda well: replace(
        well, said=[*well.said, Said(Deed.WITHDREW_NEED, h.NEED)]
    ),
    "an answer that was taken": with_proposal(research="pending", stage="sent"),
    "an answer to nothing known": lambda well: replace(
        well, said=[Said(Deed.ANSWERED, an_id("unknown"), "accept")]
    ),
    "a proposal that the notifier does not know": with_matcher(
        proposals=(*asked(1), *h.WELL.matcher.proposals)
    ),
    "a fact that the matcher does not know": with_matcher(
        proposals=[replace(h.WELL.matcher.proposals[0], state="open")]
    ),
    "an answer that profiles shows otherwise": shown(research="later"),
    "an introduction that profiles does not show": shown(introduced=False),
    "a mail that was accepted and did not arrive": lambda well: replace(well, mails=well.mails[1:]),
}
DOUBLE: dict[str, Broken] = {
    "a mail that arrived twice": with_mail(h.MAILS[1]),
    "a copy of a copy": lambda well: with_delivery(possible_duplicate=True)(
        replace(well, mails=[*well.mails, h.MAILS[1], h.MAILS[1]])
    ),
    "two mails for one reason": with_delivery(id=an_id("mail/other")),
    "two events for one version": again(4),
    "two letters for one declaration": again(2),
    "two proposals of one match": again(6),
    "two introductions of one proposal": again(9),
    "a researcher asked twice": with_proposal(id=an_id("proposal/other")),
    "too many in a month": with_matcher(proposals=asked(4)),
    "too many at once": with_matcher(proposals=asked(3)),
    "too many introductions": lambda well: with_proposal(
        id=an_id("second"), researcher_id=an_id("r2")
    )(with_proposal(id=an_id("third"), researcher_id=an_id("r3"))(well)),
}
ORDER: dict[str, Broken] = {
    "an older version after a newer": with_order(3, 1),
    "an older fact of a proposal after a newer": with_order(8, 7, 9),
    "an older version after a newer, both of this life": with_order(3, 1, 3, lives=(0.0, 0.5)),
    "an old last word": with_order(1, 3, 1),
    "a copy that stayed behind": with_matcher(needs=h.of(h.NEED, 1)),
}
INVENTED: dict[str, Broken] = {
    "a message told by nobody": lambda well: replace(
        well, records=[*well.records, Record(1, "passerelle.needs", 0, 99, an_id("nobody"))]
    ),
    "a mail queued by nobody": with_mail(Mail(an_id("mail/none"), "courrier@example.org")),
    "a mail about nothing": with_delivery(about=an_id("nothing")),
    "a proposal never matched": with_proposal(id=an_id("proposal/none")),
    "a proposal about no need": with_profiles(needs={}),
    "an introduction that one side never accepted": lambda well: replace(
        well, tried=frozenset(well.said[:-1])
    ),
    "a name in a mail before both accepted": with_mail(
        Mail(h.ASKING, "courrier@bluraaaaix.example.org", frozenset({h.OURS}))
    ),
    "a name on the log": lambda well: replace(
        well, records=[replace(well.records[3], marks=frozenset({h.OURS}))]
    ),
    "a name in what a service writes": lambda well: replace(well, logged=frozenset({h.OURS})),
}
SETTLED: dict[str, Broken] = {
    "something on its way": lambda well: replace(well, unsettled=["notifier: 1 events parked"]),
    "a mail on its way": with_delivery(state="deferred", waits=True),
    "a mail that was given up": with_delivery(state="expired"),
}
ALL = {
    "lost": LOST,
    "double": DOUBLE,
    "order": ORDER,
    "invented": INVENTED,
    "settled": SETTLED,
}


@pytest.mark.parametrize("name", CHECKERS)
def test_a_good_history_is_found_good(name: str) -> None:
    assert CHECKERS[name](h.WELL) == []


@pytest.mark.parametrize(
    ("name", "what"), [(name, what) for name, broken in ALL.items() for what in broken]
)
def test_a_checker_finds(name: str, what: str) -> None:
    assert CHECKERS[name](ALL[name][what](h.WELL))


def test_a_copy_that_was_foreseen_is_no_double() -> None:
    copied = with_delivery(possible_duplicate=True)(with_mail(h.MAILS[1])(h.WELL))
    assert CHECKERS["double"](copied) == []


def test_what_an_earlier_life_of_the_broker_was_told_may_come_again_after_the_newest() -> None:
    assert CHECKERS["order"](with_order(3, 1, 3, lives=(0.0, 5.0))(h.WELL)) == []


def test_a_closed_proposal_makes_room() -> None:
    over = replace(
        h.OUTBOX[8],
        type="proposal.expired.v1",
        body={"proposal_id": str(an_id("p/0"))},
        id=an_id("over"),
        born=1.5,
    )
    well = with_matcher(proposals=asked(3))(h.WELL)
    assert CHECKERS["double"](replace(well, outbox=[*well.outbox, over])) == []


def test_a_key_may_move_to_a_partition_of_a_topic_that_was_made_anew() -> None:
    broken = with_order(3, 1)(h.WELL)
    first, second = broken.records
    assert CHECKERS["order"](broken) != []
    moved = replace(broken, records=[first, replace(second, partition=3)])
    assert CHECKERS["order"](moved) == []
