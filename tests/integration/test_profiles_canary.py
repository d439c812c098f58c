"""No personal detail leaves profiles but on the contacts topic."""

from collections.abc import AsyncGenerator

import pytest

from tests.support.fakes_profiles_site import Site, open_site


@pytest.fixture
async def site(database_dsn: str) -> AsyncGenerator[Site]:
    async with open_site(database_dsn) as opened:
        yield opened


CANARIES = {
    "person": "Zoé Kanarival",
    "organisation_name": "Collectif Serin Jaune (CSJ)",
    "email": "zoe.kanarival@serinjaune.example.org",
    "phone": "07 98 76 54 32",
}
GIVEAWAYS = (
    *("Zoé", "Kanarival", "KANARIVAL", "Serin Jaune", "serin jaune", "CSJ", "serinjaune"),
    *("0798765432", "07 98 76 54 32", "07.98.76.54.32", "+33 7 98 76 54 32", "zoe.kanarival"),
)


async def test_no_canary_leaves_but_on_the_contacts_topic(
    site: Site, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    told = (
        "Je suis Zoé Kanarival (KANARIVAL Zoé), du Collectif Serin Jaune, ou CSJ, SERIN JAUNE. "
        "Écrivez à zoe.kanarival@serinjaune.example.org, zoe.kanarival (at) serinjaune point fr, "
        "ou au 07 98 76 54 32, 07.98.76.54.32, 0798765432, +33 7 98 76 54 32. "
        "Voir https://serinjaune.example.org/csj, www.serinjaune.fr et @serinjaune. "
        "Le collectif serin jaune cherche comment mesurer le bruit."
    )
    need_id, party_id = await site.confirmed_need(
        **CANARIES, title=f"Bruit : {told}"[:120], description=told, expectations=told
    )
    offer_id, researcher_id = await site.confirmed_offer(
        **{**CANARIES, "institution": CANARIES["organisation_name"]},
        summary=told,
        keywords="Serin Jaune, bruit",
        outputs=f"{told} (2021)"[:500],
    )
    await site.http.post(f"{site.mine(party_id)}/needs/{need_id}/withdraw")
    await site.http.post(f"{site.mine(researcher_id)}/capabilities/{offer_id}/retire")
    await site.send("/lien", {"email": CANARIES["email"]})
    public = [m for m in await site.messages() if m.topic != "passerelle.contacts"]
    assert {m.topic for m in public} == {
        "passerelle.needs",
        "passerelle.capabilities",
        "passerelle.letters",
    }
    metrics = (await site.http.get("/metrics")).text
    said = [str((m.key, m.headers)) + (m.value or b"").decode() for m in public]
    for where in (*said, metrics, caplog.text, *capfd.readouterr()):
        assert [word for word in GIVEAWAYS if word.casefold() in where.casefold()] == []
    assert any("mesurer le bruit" in one for one in said)
