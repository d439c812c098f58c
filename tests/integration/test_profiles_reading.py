"""What a need is about, over HTTP: guesses to tick, a search that saves nothing, questions."""

import re
from collections.abc import AsyncGenerator, Sequence
from html import unescape
from uuid import UUID

import pytest

from shared.contracts.matches import NeedRead, QuestionReading, SubjectGuess
from shared.contracts.needs import NeedPublished
from shared.contracts.vocabularies import subjects
from tests.support.fakes_profiles import MONDAY, an_id
from tests.support.fakes_profiles_site import Site, open_site

WATER, SMELL, BEES = "T10302", "T10790", "T11641"
GUESSES = (WATER, SMELL)


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


def need_read(
    need_id: UUID,
    *,
    version: int = 2,
    number: int = 1,
    guesses: Sequence[str] = GUESSES,
    answered: Sequence[bool] = (),
) -> NeedRead:
    return NeedRead(
        id=an_id(f"read {need_id} {version} {number}"),
        occurred_at=MONDAY,
        version=number,
        need_id=need_id,
        need_version=version,
        subjects=tuple(SubjectGuess(id=one, weight=0.5) for one in guesses),
        questions=tuple(
            QuestionReading(position=place, answered=one) for place, one in enumerate(answered)
        ),
    )


def boxes(html: str) -> dict[str, bool]:
    """The subjects on a page and whether each is ticked."""
    found = re.findall(r'<input type="checkbox"[^>]*name="subject" value="(T\d+)"([^>]*)>', html)
    return {key: "checked" in rest for key, rest in found}


async def published(site: Site) -> list[NeedPublished]:
    return [event for event in await site.told() if isinstance(event, NeedPublished)]


async def test_what_the_matcher_read_is_shown_to_be_ticked(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    assert boxes((await site.http.get(page)).text) == {}
    await site.hear(need_read(need_id, guesses=(*GUESSES, "T0")))
    for language in ("fr", "en"):
        shown = unescape((await site.http.get(f"{page}?lang={language}")).text)
        assert boxes(shown) == {WATER: False, SMELL: False}
        for key in GUESSES:
            assert subjects()[key].label("fr" if language == "fr" else "en") in shown
    assert subjects()[WATER].everyday[0] in unescape((await site.http.get(page)).text)


async def test_ticks_go_back_to_the_matcher_with_the_whole_need(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    await site.hear(need_read(need_id))
    address = f"{page}/needs/{need_id}/subjects"
    answer = await site.http.post(address, data={"subject": [WATER, BEES, "T0"]})
    assert answer.status_code == 303
    shown = (await site.http.get(answer.headers["location"])).text
    assert boxes(shown) == {WATER: True, BEES: True, SMELL: False}
    assert "C’est enregistré" in shown

    first, second = await published(site)
    assert [(tick.id, tick.origin) for tick in second.subjects] == [
        (WATER, "organisation"),
        (BEES, "organisation"),
    ]
    assert (first.version, second.version) == (2, 3)
    same = {"subjects", "id", "occurred_at", "version"}
    assert first.model_dump(exclude=same) == second.model_dump(exclude=same)

    await site.http.post(address, data={"subject": [BEES, WATER]})
    assert len(await published(site)) == 2, "the same ticks say nothing new"
    await site.http.post(address, data={})
    assert (await published(site))[-1].subjects == ()


async def test_ticks_stay_when_the_need_is_read_again(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    await site.hear(need_read(need_id))
    await site.http.post(f"{page}/needs/{need_id}/subjects", data={"subject": [SMELL]})
    await site.hear(need_read(need_id, version=3, guesses=(BEES,)))
    await site.hear(need_read(need_id, version=2, number=2, guesses=(WATER,)))
    assert boxes((await site.http.get(page)).text) == {SMELL: True, BEES: False}


async def test_a_search_shows_others_saves_nothing_and_loses_no_tick(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    await site.hear(need_read(need_id))
    address = f"{site.mine(party_id)}/needs/{need_id}/subjects"
    before = await site.everything()
    asked = {"words": "abeiles", "shown": "1", "subject": [WATER], "lang": "fr"}
    shown = await site.http.get(address, params=asked)
    found = boxes(shown.text)
    assert (found.pop(WATER), found.pop(SMELL)) == (True, False)
    assert BEES in found
    assert not any(found.values())
    assert 'value="abeiles"' in shown.text
    english = re.search(r'class="language" href="([^"]+)"', shown.text)
    assert english
    assert boxes((await site.http.get(address + unescape(english[1]))).text)[WATER]
    nothing = await site.http.get(address, params={**asked, "words": "zzzzzz"})
    assert "Rien d’autre ne ressemble à « zzzzzz »" in nothing.text
    assert await site.everything() == before


async def test_more_than_twenty_ticks_are_refused_and_none_is_lost(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    many = list(subjects())[:21]
    answer = await site.http.post(
        f"{site.mine(party_id)}/needs/{need_id}/subjects", data={"subject": many}
    )
    assert answer.status_code == 422
    assert boxes(answer.text) == dict.fromkeys(many, True)
    assert "20 sujets au plus" in answer.text
    assert len(await published(site)) == 1


async def test_questions_are_published_masked_and_said_to_be_answered_or_not(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    address = f"{page}/needs/{need_id}/questions"
    written = "Quelles algues sentent ?\n\nQue boivent Les Amis de la Vilaine ?"
    answer = await site.http.post(address, data={"questions": written})
    assert answer.status_code == 303
    latest = (await published(site))[-1]
    assert [(q.text, q.origin) for q in latest.questions] == [
        ("Quelles algues sentent ?", "organisation"),
        ("Que boivent [nom masqué] ?", "organisation"),
    ]
    assert "Les Amis de la Vilaine ?" in (await site.http.get(address)).text
    assert "Rien ici ne répond" not in (await site.http.get(page)).text

    await site.hear(need_read(need_id, version=latest.version, answered=(True, False)))
    shown = (await site.http.get(page)).text
    assert shown.count("Rien ici ne répond encore à cette question.") == 1
    assert shown.count("Des travaux répondent à cette question.") == 1

    await site.http.post(f"{page}/needs/{need_id}/subjects", data={"subject": [WATER]})
    assert "Rien ici ne répond" not in (await site.http.get(page)).text, "of an older version"


@pytest.mark.parametrize(
    ("questions", "said"),
    [("\n".join("abcde"), "Gardez 4 questions au plus"), ("a" * 301, "300 signes")],
)
async def test_too_many_or_too_long_questions_are_refused_and_kept_on_the_page(
    site: Site, questions: str, said: str
) -> None:
    need_id, party_id = await site.confirmed_need()
    address = f"{site.mine(party_id)}/needs/{need_id}/questions"
    answer = await site.http.post(address, data={"questions": questions})
    assert answer.status_code == 422
    assert questions in answer.text
    assert said in answer.text
    assert len(await published(site)) == 1


async def test_what_was_typed_stays_on_the_page_while_the_database_is_away(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    address = f"{site.mine(party_id)}/needs/{need_id}/questions"
    await site.pool.close()
    answer = await site.http.post(address, data={"questions": "Quelles algues ?"})
    assert answer.status_code == 503
    assert "Quelles algues ?" in answer.text


async def test_nobody_describes_what_belongs_to_others_or_is_over(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    _, stranger = await site.confirmed_offer()
    told = len(await published(site))
    for what in ("subjects", "questions"):
        theirs = f"{site.mine(stranger)}/needs/{need_id}/{what}"
        assert (await site.http.get(theirs)).status_code == 404
        assert (await site.http.post(theirs, data={"subject": [WATER]})).status_code == 404
    page = site.mine(party_id)
    await site.http.post(f"{page}/needs/{need_id}/withdraw")
    for what in ("subjects", "questions"):
        own = f"{page}/needs/{need_id}/{what}"
        assert (await site.http.get(own)).headers["location"] == page
        answer = await site.http.post(own, data={"subject": [WATER], "questions": "x"})
        assert answer.headers["location"] == page
    assert len(await published(site)) == told


async def test_what_was_said_and_read_of_an_erased_need_is_gone_for_ever(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    page = site.mine(party_id)
    canary = "Que deviennent les zorglubs des vasières ?"
    await site.hear(need_read(need_id))
    await site.http.post(f"{page}/needs/{need_id}/subjects", data={"subject": [WATER]})
    await site.http.post(f"{page}/needs/{need_id}/questions", data={"questions": canary})
    assert "zorglubs" in await site.everything()
    assert (await site.http.post(f"{page}/needs/{need_id}/erase")).status_code == 303
    await site.hear(need_read(need_id, version=9))
    left = await site.everything()
    assert "zorglubs" not in left
    assert WATER not in left
    assert await site.pool.fetchval("select count(*) from reading") == 0


async def test_an_old_link_leads_to_a_new_one(site: Site) -> None:
    need_id, party_id = await site.confirmed_need()
    old = site.mine(party_id)
    site.clock.pass_by(days=31)
    for what in ("subjects", "questions"):
        for answer in (
            await site.http.get(f"{old}/needs/{need_id}/{what}"),
            await site.http.post(f"{old}/needs/{need_id}/{what}"),
        ):
            assert answer.status_code == 410
            assert "/lien" in answer.text
