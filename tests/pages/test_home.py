"""The first page: what needs one, what happened lately, where one's universes are."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants, teams
from secretsapp.access.terms import AS_ADMIN
from secretsapp.core.actor import remembering
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.core.roles import Permission, Role
from secretsapp.home import overview
from secretsapp.models import ApiKey, Change, Grant, Secret, Universe, User
from secretsapp.models.secrets import ChangeState
from secretsapp.people import accounts
from secretsapp.rules.acting import Right, acting
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, field, words
from tests.stage import STAGEHAND, Cast, engage
from tests.support.unfinished import let_rest, make

NOW = timezone.now()


@pytest.mark.parametrize("role", ["admin", "manager", "editor", "rotator", "viewer", "auditor"])
def test_where_all_is_well_the_page_is_calm(client_for: ClientFor, role: str) -> None:
    page = words(client_for(role).get("/"))
    keeps = role in ("admin", "manager", "editor")
    assert ("Needs attention Nothing needs attention now" in page) is keeps
    assert ("Needs attention All clear" in page) is not keeps
    assert "Group 1234567 Harbor PRODProduction 3 of 500 secrets changed" in page
    assert ("Change in 7 days" in page or "Changes in 7 days" in page) is ("Audit log" in page)
    assert ("Keys expiring in 30 days" in page) is (role == "admin")
    assert ("Audit log" in page) is (role in ("admin", "manager", "auditor"))


def test_what_changed_elsewhere_leads_to_where_it_is_fixed(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, harbor: EmulatedUniverse
) -> None:
    client = client_for("viewer")
    harbor.put("PAY_KEY", b"theirs", "*")
    let_rest(universe)
    client.post(address_of("universe_refresh"))
    page = client.get("/")
    assert "PAY_KEY of Harbor PRODProduction changed outside Sealroom." in words(page)
    assert "PAY_KEY changed outside Sealroom" in words(page)
    assert "1 needs attention" in words(page)
    link = f'<a class="name" href="{address_of("secret", "PAY_KEY")}"><bdi>PAY_KEY</bdi></a>'
    assert link in body(page)


def test_each_trouble_is_a_sentence_that_says_what_to_do(
    client_for: ClientFor, cast: Cast, universe: Universe, api_key: ApiKey
) -> None:
    make("rotate", cast, universe)
    Change.objects.update(state=ChangeState.UNDETERMINED)
    change = make("create", cast, universe)
    Change.objects.filter(pk=change.pk).update(state=ChangeState.UNKNOWN)
    Secret.objects.filter(name="PAY_WEBHOOK").update(missing_since=NOW)
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"odd-{number}", drifted_at=NOW) for number in range(5)
    )
    Universe.objects.update(sync_failure="Roblox is away.")
    for number, name in enumerate(("Quay", "Aft"), start=5):
        shared = {"api_key": api_key, "owner": universe.owner, "sync_failure": "No such universe."}
        Universe.objects.create(id=number, name=name, **shared)
    ApiKey.objects.update(
        check_verdict=KeyVerdict.REFUSED, check_result="Roblox refused the request.", checked_at=NOW
    )
    for name, days in (("ended", -1), ("ending", 12.5), ("at once", 0.0004)):
        ends_at = timezone.now() + timedelta(days=days)
        ApiKey.objects.create(name=name, encrypted_value=b"-", ends_at=ends_at)
    page = words(client_for("admin").get("/"))
    for sentence in (
        "The API key ended has expired. Create a new one and replace it. yesterday",
        "The API key automation failed its last test. Roblox refused the request.",
        "Harbor PRODProduction couldn’t be read from Roblox. Roblox is away. last read",
        "2 universes couldn’t be read from Roblox. No such universe. Aft · Quay never read",
        "PAY_WEBHOOK of Harbor PRODProduction was deleted outside Sealroom",
        "Sealroom couldn’t confirm the last change of PAY_KEY of Harbor PRODProduction",
        "A change of NEW_KEY of Harbor PRODProduction has no known outcome yet.",
        "5 secrets of Harbor PRODProduction changed outside Sealroom. odd-0 · odd-1 · odd-2",
        "The API key at once expires soon. Create a new one and replace it. now Replace key",
        "The API key ending expires soon. Create a new one and replace it. in 12 days",
    ):
        assert sentence in page


def test_what_to_do_about_it_stands_beside_it_for_who_may(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=NOW)
    seen = words(client_for("viewer").get("/"))
    assert "For your information: admins and managers of this universe see this too." in seen
    assert "Review" in seen
    assert "Mark as reviewed" not in seen
    client = client_for("editor")
    page = client.get("/")
    assert "Review Mark as reviewed" in words(page)
    assert "For your information" not in words(page)
    button = re.search(
        r'form="acknowledge" name="seen" value="(.*?)"\s+formaction="(.*?)"', body(page)
    )
    assert button is not None
    seen, address = button.groups()
    assert address == address_of("secret_acknowledge", "PAY_KEY")
    answer = client.post(address, {"seen": seen, "next": field(page, "next")}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Nothing needs attention now" in words(answer)


def test_a_pattern_counts_no_more_than_it_covers(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    Secret.objects.update(drifted_at=NOW)
    grants.give(STAGEHAND, cast["rotator"].user, universe, Terms(Role.ROTATOR, "PAY_*"))
    page = words(client_for("rotator").get("/"))
    assert "2 secrets changed" in page
    assert "2 need attention" in page
    assert "SIGNING_SEED" not in page


def test_a_stranger_is_told_who_gives_access(client_for: ClientFor) -> None:
    page = words(client_for("stranger").get("/"))
    assert "You don’t have access to any universe yet." in page
    assert "an admin to grant access to stranger@example.com" in page
    for hidden in ("Harbor", "Recent activity", "Add your first universe"):
        assert hidden not in page


def test_an_admin_is_told_the_first_steps_until_there_is_a_secret(
    client_for: ClientFor, universe: Universe, address_of: AddressOf
) -> None:
    client = client_for("admin")
    page = client.get("/")
    assert "Next steps Back up the keys" in words(page)
    assert "Invite someone, done Make someone else an admin too Set up mail" in words(page)
    invited = accounts.create(STAGEHAND, email="second@example.com", password=None, first=AS_ADMIN)
    assert "done Make someone else an admin too Set up mail" in words(client.get("/"))
    invited.set_password("They followed the link.")
    invited.save()
    assert "Make someone else an admin too, done" in words(client.get("/"))
    assert "Next steps" not in words(client_for("manager").get("/"))
    Secret.objects.all().delete()
    page = client.get("/")
    assert "Get started Create your account, done Store an API key, done" in words(page)
    assert f'<a href="{address_of("secret_create")}">Create the first secret</a>' in body(page)
    assert "Get started" not in words(client_for("viewer").get("/"))
    universe.delete()
    page = client.get("/")
    assert '<a href="/guide/">Add a universe</a>' in body(page)
    assert "Back up the keys" in words(page)


@pytest.mark.parametrize("settled", ["an old installation", "all of it done"])
def test_the_next_steps_end(client_for: ClientFor, universe: Universe, settled: str) -> None:
    client = client_for("admin")
    if settled == "an old installation":
        User.objects.filter(email="viewer@example.com").update(created_at=NOW - timedelta(days=15))
    else:
        engage("second", admin=True)
        with acting(STAGEHAND, Right(Permission.MANAGE_API_KEYS)) as act:
            act.tell(InstallationEvent.BACKUP_MADE, detail={"count": "1", "anchor": ""})
    assert "Next steps" not in words(client.get("/"))


def test_each_figure_leads_to_what_it_counts(
    client_for: ClientFor, cast: Cast, universe: Universe, address_of: AddressOf
) -> None:
    make("rotate", cast, universe)
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=NOW, missing_since=NOW)
    ApiKey.objects.update(ends_at=NOW + timedelta(days=3))
    client = client_for("admin")
    page = client.get("/")
    for figure in ("3 Secrets", "1 Change in 7 days", "1 Key expiring in 30 days"):
        assert figure in words(page)
    assert "2 Need attention" in words(page), "a secret and the key"
    log = "/audit/?event=secret&amp;result=succeeded&amp;since=7d"
    for address in (address_of("universe"), "#needs", log, "/api-keys/"):
        assert f'<a class="row-link" href="{address}">' in body(page)
    assert words(client.get(log.replace("&amp;", "&"))).count("rotated PAY_KEY") == 1


def test_what_is_worth_a_look_is_told_to_who_may_do_something_about_it(
    client_for: ClientFor, cast: Cast, universe: Universe, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(domain="*", owner=cast["editor"].user)
    Secret.objects.filter(name="SIGNING_SEED").update(update_time="2019-01-02T03:04:05Z")
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"S_{number}", owner=cast["editor"].user, domain="")
        for number in range(447)
    )
    soon = timezone.now() + timedelta(days=2, hours=1)
    Grant.objects.filter(person=cast["viewer"].user).update(
        until=soon, giver=cast["admin"].user, given_by="admin@example.com"
    )
    User.objects.filter(email="viewer@example.com").update(name="Vera")
    User.objects.filter(email="admin@example.com").update(name="Ada")
    page = client_for("admin").get("/")
    for sentence in (
        "450 of 500 secrets , 50 left",
        "2 secrets can be sent to any host",
        "2 secrets without an owner",
        "1 secret not updated for a year",
        "Access of Vera to Harbor PRODProduction expires soon. Viewer · All secrets in 2 days Keep",
        "Sealroom doesn’t know when the API key automation expires.",
    ):
        assert sentence in words(page)
    for state in ("any_host", "no_owner", "old"):
        assert f'href="{address_of("universe")}?state={state}"' in body(page)
    assert "Worth a look 3" in words(page)
    assert '<bdi title="viewer@example.com">Vera</bdi>' in body(page)
    told = words(client_for("rotator").get("/"))
    assert "1 secret not updated for a year" in told
    for hidden in ("any host", "without an owner", ", 50 left", "API key"):
        assert hidden not in told
    told = words(client_for("viewer").get("/"))
    assert "Your access to Harbor PRODProduction expires soon." in told
    assert "If you still need it, ask Ada." in told
    assert "not updated" not in told
    Universe.objects.update(environment="staging")
    assert "any host" not in words(client_for("admin").get("/"))


def test_what_is_pressing_in_production_stays_open_and_owners_are_named_where_several_are(
    client_for: ClientFor, universe: Universe
) -> None:
    client, fold = client_for("admin"), '<details class="fold"'
    Secret.objects.update(drifted_at=NOW, owner=None, domain="api.example.com")
    page = client.get("/")
    assert f"{fold}>" in body(page), "an owner can wait"
    assert "3 secrets of Harbor PRODProduction changed" in words(page)
    quay = Universe.objects.create(
        id=7, name="Quay", owner="users/5", environment="production", api_key=universe.api_key
    )
    Secret.objects.create(universe=quay, name="PAY_KEY", domain="*")
    page = client.get("/")
    assert f"{fold} open>" in body(page)
    assert "3 secrets of Harbor PRODProduction (Group 1234567) changed" in words(page)
    assert "Quay PRODProduction (User 5)" in words(page)


def test_odd_names_are_escaped_and_set_apart(
    client_for: ClientFor, universe: Universe, emulator: Emulator
) -> None:
    Universe.objects.filter(pk=universe.pk).update(name="\u202e<b>Harbor")
    Secret.objects.filter(name="PAY_KEY").update(name="<i>odd", drifted_at=NOW)
    page = body(client_for("viewer").get("/"))
    assert "<bdi>&lt;i&gt;odd</bdi>" in page
    assert "<bdi>\u202e&lt;b&gt;Harbor</bdi>" in page
    assert "<b>Harbor" not in page


def test_the_number_of_queries_does_not_grow(cast: Cast, universe: Universe) -> None:
    def queries(load: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            load()
        return len(captured)

    def opening() -> None:
        overview.compose_overview(remembering(cast["admin"].actor))

    make("rotate", cast, universe)
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=NOW)
    assert queries(opening) <= 23
    needing(universe, range(1, 31))
    for_thirty = queries(opening)
    needing(universe, range(31, 91))
    assert queries(opening) == for_thirty <= 27
    found = overview.compose_overview(cast["admin"].actor)
    needed, further = found.groups
    assert [needed.group.title, further.group.title] == ["Needs attention", "Others"]
    assert (found.at_hand.is_all, found.universes) == (False, 91)
    assert {(card.secrets, card.needing) for card in needed.cards[1:]} == {(20, 20)}


def needing(universe: Universe, numbers: Iterable[int]) -> None:
    """Let there be universes of those ids, each with twenty secrets that were changed elsewhere."""
    universes = Universe.objects.bulk_create(
        Universe(id=number, name=f"Z {number}", owner="users/1", api_key=universe.api_key)
        for number in numbers
    )
    Secret.objects.bulk_create(
        Secret(universe=each, name=f"S_{number}", drifted_at=NOW)
        for each in universes
        for number in range(20)
    )


def test_access_of_a_team_that_ends_soon_is_told_to_who_gave_it(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    team = teams.create(STAGEHAND, name="Build", people=[cast["viewer"].user])
    soon = Terms(Role.ROTATOR, "PAY_*", timezone.now() + timedelta(days=3))
    grant = grants.add(cast["manager"].actor, team, universe, soon)
    page = client_for("manager").get("/")
    assert "Access of Build to Harbor" in words(page)
    assert "Keep for 1 day more" in words(page)
    assert f'action="/requests/ending/{grant.pk}/keep/"' in body(page)
    assert "Your access to Harbor" in words(client_for("viewer").get("/"))
