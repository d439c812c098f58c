"""What people type is read, kept, and answered with what was expected."""

from datetime import date
from uuid import UUID

import pytest

from services.profiles.domain.capability import Output
from services.profiles.web.capability_form import output_from, read_capability
from services.profiles.web.fields import Fields, clean, fields_from
from services.profiles.web.need_form import read_need
from tests.support.fakes_profiles import NEED_FORM, OFFER_FORM, an_id

TODAY = date(2027, 3, 1)


def typed(form: dict[str, str | list[str]] | None = None, **changed: str | list[str]) -> Fields:
    values = {**(form or {}), **changed}
    return fields_from({k: [v] if isinstance(v, str) else v for k, v in values.items()})


def problem_of(fields: Fields, name: str) -> str:
    return fields.problems[name].kind if name in fields.problems else ""


def test_a_filled_form_for_a_need_has_no_problem() -> None:
    fields = typed(NEED_FORM, deadline="2027-12-31", introduce_directly="yes")
    said = read_need(fields, an_id("form"), "fr", TODAY)
    assert fields.problems == {}
    assert said.contact.body_name == "Les Amis de la Vilaine"
    assert said.facets.themes == ("eau_mer", "pollution_dechets")
    assert said.facets.deadline == date(2027, 12, 31)
    assert said.facets.introduce_directly


def test_an_empty_form_for_a_need_names_each_field_that_is_missing() -> None:
    fields = typed()
    read_need(fields, an_id("form"), "fr", TODAY)
    assert set(fields.problems) == {
        "title",
        "description",
        "visibility",
        "organisation_name",
        "organisation_type",
        "person",
        "email",
        "mandate",
        "consent",
    }


def test_a_filled_form_for_a_capability_has_no_problem() -> None:
    fields = typed(OFFER_FORM)
    said = read_capability(fields, an_id("form"), "en")
    assert fields.problems == {}
    assert said.contact.body_name == "Équipe Eau, Université d’exemple"
    assert said.text.keywords == ("eau", "rivières", "algues")
    assert said.text.outputs == (Output("Un suivi citoyen", 2023), Output("Odeurs et algues"))
    assert (said.facets.max_open, said.facets.max_per_month) == (2, 3)


def test_an_empty_form_for_a_capability_names_each_field_that_is_missing() -> None:
    fields = typed()
    said = read_capability(fields, an_id("form"), "fr")
    assert set(fields.problems) == {"title", "summary", "person", "institution", "email", "consent"}
    assert (said.facets.max_open, said.facets.max_per_month) == (2, 3)


@pytest.mark.parametrize(
    ("line", "output"),
    [
        ("Un titre (2021)", Output("Un titre", 2021)),
        ("Un titre [1999].", Output("Un titre", 1999)),
        ("Le plan 2021", Output("Le plan 2021")),
        ("Un titre (21)", Output("Un titre (21)")),
    ],
)
def test_a_publication_is_a_title_with_or_without_a_year(line: str, output: Output) -> None:
    assert output_from(line) == output


def test_a_text_may_be_long_but_not_endless() -> None:
    fields = typed(text="a" * 10_001)
    fields.prose("text", most=10_000)
    assert fields.problems["text"].values == {"most": 10_000, "n": 1}


def test_a_line_has_no_line_ends() -> None:
    assert typed(name=" Anne\r\nLe Goff ").line("name") == "Anne Le Goff"


def test_lines_are_counted_and_measured() -> None:
    fields = typed(many="a\n\nb\nc", long="a" * 11)
    assert fields.lines("many", most=2, each=10) == ("a", "b", "c")
    fields.lines("long", most=2, each=10)
    assert (problem_of(fields, "many"), problem_of(fields, "long")) == ("too_many", "line_too_long")


@pytest.mark.parametrize(("given", "read"), [("A.B@Example.ORG", "A.B@example.org"), ("a@b", "")])
def test_an_address_is_complete_or_refused(given: str, read: str) -> None:
    fields = typed(email=given)
    assert fields.email("email") == read
    assert problem_of(fields, "email") == ("" if read else "invalid")


@pytest.mark.parametrize("given", ["", "06 12 34 56 78", "+32 (2) 123.45.67"])
def test_a_phone_number_may_be_written_as_people_do(given: str) -> None:
    fields = typed(phone=given)
    assert fields.phone("phone") == given
    assert fields.problems == {}


@pytest.mark.parametrize("given", ["abc", "12", "06 12 34 56 78 90 12 34 56", "0" * 31])
def test_what_is_no_phone_number_is_refused(given: str) -> None:
    fields = typed(phone=given)
    fields.phone("phone")
    assert "phone" in fields.problems


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("", ""),
        ("2027-03-01", ""),
        ("31/12/2027", ""),
        ("2027-02-28", "past"),
        ("31/12/2090", "far"),
        ("31/02/2027", "invalid"),
        ("bientôt", "invalid"),
    ],
)
def test_a_deadline_is_a_day_to_come(given: str, kind: str) -> None:
    fields = typed(deadline=given)
    fields.day("deadline", today=TODAY)
    assert problem_of(fields, "deadline") == kind


@pytest.mark.parametrize("given", ["0", "51", "deux", "1.5", "-1"])
def test_a_number_outside_its_range_is_refused(given: str) -> None:
    fields = typed(n=given)
    assert fields.number("n", least=1, most=50, default=2) == 2
    assert problem_of(fields, "n") == "out_of_range"


def test_options_that_nobody_offered_are_left_out() -> None:
    fields = typed(themes=["sante", "<script>"], visibility="everyone")
    assert fields.some_of("themes", ["sante", "eau_mer"]) == ("sante",)
    fields.one_of("visibility", ["public"])
    assert problem_of(fields, "visibility") == "required"


def test_the_first_problem_of_a_field_is_the_one_that_is_told() -> None:
    fields = typed()
    fields.line("email")
    fields.email("email")
    assert problem_of(fields, "email") == "required"


def test_a_form_id_is_an_id_or_nothing() -> None:
    assert typed(form_id=str(an_id("form"))).form_id() == an_id("form")
    assert typed(form_id="1").form_id() is None
    assert isinstance(typed(form_id=str(an_id("x"))).form_id(), UUID)


def test_control_characters_never_reach_the_database() -> None:
    assert clean("a\x00b\ud800c\x1b\n\td ") == "abc\n\td"
