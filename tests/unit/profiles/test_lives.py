"""The lives of needs, capabilities and parties: every state meets every wish."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from services.profiles.domain import capability as c
from services.profiles.domain import need as n
from services.profiles.domain.need import NeedText, Review, TooLateError
from services.profiles.domain.party import Party, Side
from tests.support.fakes_profiles import MONDAY, a_capability, a_contact, a_need, an_id

LATER = MONDAY + timedelta(hours=5)
PUBLIC = NeedText("titre", "texte")
NEED_LIVES = (
    n.Submitted(MONDAY),
    n.InReview(),
    n.Published(),
    n.Withdrawn(MONDAY),
    n.Expired(MONDAY),
)
OFFER_LIVES = (
    c.Submitted(MONDAY),
    c.Published(),
    c.Paused(LATER),
    c.Retired(MONDAY),
    c.Expired(MONDAY),
)


def confirmed(need: n.Need, review: Review = Review.AUTO) -> n.Need:
    return need.confirm(at=LATER, review=review, public_text=PUBLIC)


def test_a_confirmed_need_is_published_at_once() -> None:
    need = confirmed(a_need())
    assert need.life == n.Published()
    assert (need.confirmed_at, need.published_at, need.public_text) == (LATER, LATER, PUBLIC)
    assert need.version == 2


def test_a_reviewed_need_waits_for_a_human() -> None:
    need = confirmed(a_need(), Review.MANUAL)
    assert need.life == n.InReview()
    assert (need.confirmed_at, need.published_at, need.public_text) == (LATER, None, None)


@pytest.mark.parametrize("life", NEED_LIVES[1:4])
def test_confirming_a_need_again_changes_nothing(life: n.NeedLife) -> None:
    need = a_need(life=life)
    assert confirmed(need) is need


def test_an_erased_need_cannot_be_confirmed_or_asked_for_again() -> None:
    need = a_need(life=n.Expired(MONDAY))
    with pytest.raises(TooLateError):
        confirmed(need)
    with pytest.raises(TooLateError):
        need.ask_again(at=LATER)


@pytest.mark.parametrize("life", NEED_LIVES)
def test_only_an_open_need_can_be_withdrawn(life: n.NeedLife) -> None:
    need = a_need(life=life)
    is_over = isinstance(life, n.Withdrawn | n.Expired)
    assert need.withdraw(at=LATER).life == (life if is_over else n.Withdrawn(LATER))


@pytest.mark.parametrize("life", NEED_LIVES[:4])
def test_only_a_submitted_need_is_asked_for_again(life: n.NeedLife) -> None:
    asked = a_need(life=life).ask_again(at=LATER).life
    assert asked == (n.Submitted(LATER) if isinstance(life, n.Submitted) else life)


@pytest.mark.parametrize("life", NEED_LIVES)
def test_only_a_submitted_need_expires_and_says_nothing_more(life: n.NeedLife) -> None:
    expired = a_need(life=life).expire(at=LATER)
    if isinstance(life, n.Submitted):
        assert expired.life == n.Expired(LATER)
        assert (expired.text, expired.declared.email) == (NeedText("", ""), "")
    else:
        assert expired == a_need(life=life)


def published(capability: c.Capability) -> c.Capability:
    return capability.confirm(at=LATER, public_text=capability.text)


def test_a_confirmed_capability_is_published() -> None:
    capability = published(a_capability())
    assert capability.life == c.Published()
    assert (capability.confirmed_at, capability.version) == (LATER, 2)
    assert capability.public_text == capability.text


@pytest.mark.parametrize("life", OFFER_LIVES[1:4])
def test_confirming_a_capability_again_changes_nothing(life: c.CapabilityLife) -> None:
    capability = a_capability(life=life)
    assert published(capability) is capability


def test_an_erased_capability_cannot_be_confirmed_or_asked_for_again() -> None:
    capability = a_capability(life=c.Expired(MONDAY))
    with pytest.raises(TooLateError):
        published(capability)
    with pytest.raises(TooLateError):
        capability.ask_again(at=LATER)


@pytest.mark.parametrize("life", OFFER_LIVES)
def test_only_an_offered_capability_can_be_paused(life: c.CapabilityLife) -> None:
    paused = a_capability(life=life).pause(at=LATER, weeks=2).life
    offered = isinstance(life, c.Published | c.Paused)
    assert paused == (c.Paused(LATER + timedelta(weeks=2)) if offered else life)


@pytest.mark.parametrize("weeks", [0, 53])
def test_a_pause_has_a_sensible_length(weeks: int) -> None:
    with pytest.raises(ValueError, match="weeks"):
        a_capability(life=c.Published()).pause(at=LATER, weeks=weeks)


@pytest.mark.parametrize("life", OFFER_LIVES)
def test_only_a_paused_capability_can_be_resumed(life: c.CapabilityLife) -> None:
    resumed = a_capability(life=life).resume().life
    assert resumed == (c.Published() if isinstance(life, c.Paused) else life)


@pytest.mark.parametrize("life", OFFER_LIVES)
def test_what_is_over_is_not_retired_again(life: c.CapabilityLife) -> None:
    retired = a_capability(life=life).retire(at=LATER).life
    is_over = isinstance(life, c.Retired | c.Expired)
    assert retired == (life if is_over else c.Retired(LATER))


@pytest.mark.parametrize("life", OFFER_LIVES[:4])
def test_only_a_submitted_capability_is_asked_for_again(life: c.CapabilityLife) -> None:
    asked = a_capability(life=life).ask_again(at=LATER).life
    assert asked == (c.Submitted(LATER) if isinstance(life, c.Submitted) else life)


@pytest.mark.parametrize("life", OFFER_LIVES)
def test_only_a_submitted_capability_expires(life: c.CapabilityLife) -> None:
    expired = a_capability(life=life).expire(at=LATER)
    if isinstance(life, c.Submitted):
        assert (expired.life, expired.text.title) == (c.Expired(LATER), "")
    else:
        assert expired == a_capability(life=life)


CHANGES: list[Callable[[c.Capability], c.Capability]] = [
    lambda one: one.pause(at=LATER, weeks=1),
    lambda one: one.pause(at=LATER, weeks=1).resume(),
    lambda one: one.retire(at=LATER),
]


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_raises_the_version(change: Callable[[c.Capability], c.Capability]) -> None:
    before = a_capability(life=c.Published())
    assert change(before).version > before.version


def test_details_of_an_unverified_contact_follow_the_latest_form() -> None:
    party = Party(an_id("p"), Side.ORGANISATION, a_contact())
    assert party.declared_again(a_contact()) is party
    changed = party.declared_again(a_contact(person="Bob"))
    assert (changed.contact.person, changed.version, changed.verified) == ("Bob", 2, False)


def test_a_stranger_cannot_change_a_verified_contact() -> None:
    party = Party(an_id("p"), Side.ORGANISATION, a_contact(), verified=True)
    assert party.declared_again(a_contact(person="Mallory")) is party


def test_confirming_brings_the_new_details() -> None:
    party = Party(an_id("p"), Side.ORGANISATION, a_contact(), verified=True, version=4)
    confirmed = party.confirmed(a_contact(person="Anne L."))
    assert confirmed == replace(party, contact=a_contact(person="Anne L."), version=5)
