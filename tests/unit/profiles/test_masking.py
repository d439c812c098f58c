"""What readers must not learn from free text, and what they must still be able to read."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.profiles.domain.folding import fold
from services.profiles.domain.masking import Kind, find, mask
from services.profiles.domain.names import Owner
from tests.support.fakes_profiles import MASKS

MASK = MASKS["fr"]
NOBODY = Owner()
ANNE = Owner("Anne Le Goff", "Les Amis de la Vilaine", "a.legoff@example.org", "06 12 34 56 78")


def kinds(text: str, owner: Owner = NOBODY) -> list[Kind]:
    return [found.kind for found in find(text, owner)]


@pytest.mark.parametrize(
    "address",
    [
        "nom@domaine.fr",
        "prénom.nom+tri@sous.domaine.example.org",
        "nom @ domaine.fr",
        "nom (at) domaine point fr",
        "nom [at] domaine [dot] fr",
        "nom(arobase)domaine(point)fr",
        "nom arobase domaine point com",
        "name at domain dot org",
        "nom\u200b@domaine.fr",
        "ｎｏｍ＠domaine.fr",
        "mailto:nom@domaine.fr",
    ],
)
def test_an_email_address_is_masked_however_it_is_written(address: str) -> None:
    assert mask(f"Écrivez à {address}, merci.", NOBODY, MASK) == "Écrivez à [email masqué], merci."


@pytest.mark.parametrize(
    "number",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "06\u00a012\u202f34 56 78",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033 6 12 34 56 78",
        "(0)6 12 34 56 78",
        "+32 2 123 45 67",
        "00 44 20 7946 0958",
        "+1 (555) 123-4567",
        "(555) 123-4567",
        "０６１２３４５６７８",
    ],
)
def test_a_phone_number_is_masked_however_it_is_written(number: str) -> None:
    assert mask(f"Tél. {number} le soir", NOBODY, MASK) == "Tél. [phone masqué] le soir"


@pytest.mark.parametrize(
    "link",
    [
        "https://exemple.fr/page?x=1",
        "http://192.168.0.1/a",
        "www.exemple.fr",
        "exemple.org",
        "amis-vilaine.bzh/contact",
        "exemple (point) fr",
        "exemple point fr",
        "@amis_vilaine",
        "instagram : amisvilaine",
        "Facebook: amis.vilaine35",
    ],
)
def test_a_link_or_a_handle_is_masked(link: str) -> None:
    assert mask(f"Voir {link}.", NOBODY, MASK) == "Voir [link masqué]."


@pytest.mark.parametrize(
    "name",
    [
        "Les Amis de la Vilaine",
        "les amis de la vilaine",
        "LES AMIS DE LA VILAINE",
        "Amis de la Vilaine",
        "Les-Amis-de-la-Vilaine",
        "L.A.D.L.V.",
        "LADLV",
    ],
)
def test_the_organisation_is_masked_under_its_usual_names(name: str) -> None:
    said = mask(f"Chez {name} nous cherchons.", ANNE, MASK)
    assert said == "Chez [organisation masqué] nous cherchons."


@pytest.mark.parametrize("name", ["Société Rivières", "société rivieres", "SR35", "sr35"])
def test_acronyms_and_accents_do_not_hide_a_name(name: str) -> None:
    owner = Owner(body_name="Société Rivières (SR35)")
    assert kinds(f"Avec {name} ici", owner) == [Kind.ORGANISATION]


def test_a_common_word_of_a_name_is_left_alone() -> None:
    owner = Owner(body_name="Association Rivières de Bretagne (ARB)")
    text = "Nos rivières en Bretagne sentent ; l'association veut savoir."
    assert mask(text, owner, MASK) == text


def test_the_only_telling_word_of_a_name_is_masked_where_a_name_was_meant() -> None:
    owner = Owner(body_name="Association Emmaüs")
    assert kinds("Chez Emmaüs on trie", owner) == [Kind.ORGANISATION]


@pytest.mark.parametrize(
    "name", ["Anne Le Goff", "anne le goff", "LE GOFF Anne", "Goff", "ANNE", "Goff Le Anne"]
)
def test_the_person_is_masked(name: str) -> None:
    assert "goff" not in mask(f"Signé {name} !", ANNE, MASK).casefold()
    assert "anne" not in mask(f"Signé {name} !", ANNE, MASK).casefold()


def test_a_first_name_that_is_a_word_is_left_in_lower_case() -> None:
    assert kinds("une rose et des pierres", Owner(person="Rose Pierre")) == []


def test_registry_numbers_are_masked() -> None:
    assert kinds("SIRET 552 081 317 00013, RNA W351234567") == [Kind.ORGANISATION] * 2


def test_the_writers_own_number_and_address_are_masked_in_any_grouping() -> None:
    owner = Owner(email="a+b@localhost", phone="12 34 567")
    assert kinds("au 123.45.67 ou a+b@localhost", owner) == [Kind.PHONE, Kind.EMAIL]


@pytest.mark.parametrize(
    "text",
    [
        "En 2019-2020, 150 000 habitants et 12 345 678 euros.",
        "0,5 mg/l d'azote, art. 12.3 du code, soit 3.5 % (a) et (b).",
        "Du point de vue des habitants, etc. Nous arrivons at school. Then we left.",
        "Le 12/05/2026 à 14h30, 5 km, 1 234,56 m².",
        "Three threads: risk and learning; sur Twitter : les élus parlent.",
        "Quelle est l’origine de l’odeur ? Comment la mesurer ?",
    ],
)
def test_ordinary_text_is_not_changed(text: str) -> None:
    assert mask(text, ANNE, MASK) == text


def test_overlapping_finds_are_masked_once() -> None:
    owner = Owner("Anne Vilaine", "Vilaine", "anne@vilaine.fr")
    assert mask("anne@vilaine.fr", owner, MASK) == "[email masqué]"


def test_a_placeholder_is_left_alone_even_where_the_name_is_in_it() -> None:
    owner = Owner(body_name="email")
    assert mask("[email masqué] et email", owner, MASK) == "[email masqué] et [organisation masqué]"


WORDS = st.text(alphabet="abcdé AB.,@0612345678-()/\n\u00a0\u200b", max_size=80)
OWNERS = st.builds(Owner, person=WORDS, body_name=WORDS, email=WORDS, phone=WORDS)


@given(WORDS, OWNERS)
@example("0A", Owner(person="", body_name="A", email="", phone="0"))
def test_masking_twice_changes_nothing_more(text: str, owner: Owner) -> None:
    once = mask(text, owner, MASK)
    assert mask(once, owner, MASK) == once


@given(WORDS, st.from_regex(r"[a-z]{3,8}@[a-z]{3,8}\.(fr|org)", fullmatch=True), WORDS)
def test_no_address_survives_whatever_is_around_it(before: str, address: str, after: str) -> None:
    assert address not in mask(f"{before} {address} {after}", NOBODY, MASK)


@given(WORDS, st.from_regex(r"0[1-9]([ .-]?[0-9]{2}){4}", fullmatch=True))
def test_no_number_survives_between_words(before: str, number: str) -> None:
    said = mask(f"{before} tél {number} merci", NOBODY, MASK)
    assert re.sub(r"\D", "", number) not in re.sub(r"\D", "", said.removeprefix(before))


@given(WORDS, OWNERS)
def test_finds_are_ordered_and_apart(text: str, owner: Owner) -> None:
    found = find(text, owner)
    ends = [0, *(one.end for one in found)]
    assert all(end <= one.start < one.end for end, one in zip(ends, found, strict=False))


@given(st.text(max_size=60))
def test_folding_keeps_the_place_of_each_character(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.places)
    assert list(folded.places) == sorted(folded.places)


def test_folding_knows_ligatures_accents_and_the_invisible() -> None:
    assert fold("Œuvre d’é\u200bté").text == "Oeuvre d'ete"
