"""The pages of due dates: what is due, for whom, and how it is set and put off."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from secretsapp.access import grants
from secretsapp.core import actor as actors
from secretsapp.core.roles import Role
from secretsapp.due import calendar, listing, policies
from secretsapp.due.listing import Wanted
from secretsapp.due.policies import Covered, Terms
from secretsapp.models import DueDay, RotationPolicy, Secret, Snooze, Team, Universe
from secretsapp.models.due import DueRule
from secretsapp.rules.paging import FIRST
from tests.due.dating import age, cover, today
from tests.granting import Terms as GrantTerms
from tests.pages.reading import body
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

ClientFor = Callable[[str | Person], Client]
DUE = reverse("due")
DAY = timedelta(days=1)


@pytest.fixture
def harbor_due(universe: Universe) -> Universe:
    """Harbor with PAY_KEY overdue, PAY_WEBHOOK due and SIGNING_SEED soon due."""
    cover(universe)
    for name, days in (("PAY_KEY", 200), ("PAY_WEBHOOK", 91), ("SIGNING_SEED", 80)):
        age(name, days)
    return universe


def of(page: str) -> list[str]:
    """The secrets that the list names, in order."""
    names = ("PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED")
    listed = page.split('id="paged"')[1].split('id="month"', maxsplit=1)[0]
    found = {name: listed.find(f"<bdi>{name}</bdi>") for name in names}
    return sorted((name for name in names if found[name] >= 0), key=lambda name: found[name])


def test_what_is_due_is_listed_the_most_urgent_first(
    client_for: ClientFor, harbor_due: Universe
) -> None:
    page = body(client_for("rotator").get(DUE))
    assert of(page) == ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]
    assert "33% of 3 secrets with a due date are on time." in page
    assert reverse("secret_rotate", args=[harbor_due.pk, "PAY_KEY"]) in page
    assert reverse("secret_snooze", args=[harbor_due.pk, "PAY_KEY"]) not in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("kind=overdue", ["PAY_KEY"]),
        ("kind=soon", ["SIGNING_SEED"]),
        ("kind=snoozed", []),
        ("environment=production&owner=none", ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]),
        ("environment=staging", []),
        ("owner=me", []),
        ("owner=viewer@example.com", ["PAY_WEBHOOK"]),
        ("universe=12345", []),
        ("day=yesterday", ["PAY_WEBHOOK"]),
        ("day=never&kind=x&environment=moon&universe=x&month=2026-99&page=x", None),
    ],
)
def test_it_can_be_narrowed(
    client_for: ClientFor, harbor_due: Universe, cast: Cast, query: str, names: list[str] | None
) -> None:
    if "viewer" in query:
        Secret.objects.filter(name="PAY_WEBHOOK").update(owner=cast["viewer"].user)
    asked = query.replace("yesterday", str(today() - DAY))
    page = body(client_for("editor").get(f"{DUE}?{asked}"))
    assert of(page) == (["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"] if names is None else names)


@pytest.mark.engine
def test_a_pattern_hides_the_other_names_days_and_counts(
    client_for: ClientFor, harbor_due: Universe, cast: Cast
) -> None:
    guest = engage("guest")
    terms = GrantTerms(Role.VIEWER, names="PAY_K*")
    grants.give(STAGEHAND, guest.user, harbor_due, terms)
    DueDay.objects.create(
        day=today(), universe=harbor_due, in_time=7, soon=0, due=0, overdue=0, snoozed=0, unknown=0
    )
    page = body(client_for(guest).get(DUE))
    assert of(page) == ["PAY_KEY"]
    assert "0% of 1 secret with a due date is on time." in page
    assert "On time, week by week" not in page
    assert "1 due" not in page
    month = calendar.month(guest.actor, Wanted(), today().replace(day=1), today())
    assert sum(day.count for week in month.weeks for day in week) == 0
    assert "On time, week by week" in body(client_for("viewer").get(DUE))


def test_who_sees_nothing_is_told_so(client_for: ClientFor, harbor_due: Universe) -> None:
    page = body(client_for("stranger").get(DUE))
    assert "No secret that you can see has a due date." in page
    assert "PAY_KEY" not in page


@pytest.mark.engine
def test_the_calendar_counts_each_day_and_leads_to_it(
    client_for: ClientFor, harbor_due: Universe
) -> None:
    day = today() + 10 * DAY
    page = body(client_for("viewer").get(f"{DUE}?month={day:%Y-%m}&owner=none"))
    assert f"owner=none&amp;month={day:%Y-%m}&amp;day={day}" in page
    assert "1 due" in page
    for text in ("2026-13", "9999-12"):
        assert calendar.month_in(text, day) == day.replace(day=1)


def test_the_queries_are_as_many_for_any_number(
    harbor_due: Universe, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = actors.remembering(cast["viewer"].actor)
    Secret.objects.bulk_create(
        Secret(
            universe=harbor_due,
            name=f"EXTRA_{number}",
            is_covered=True,
            rotate_days=9,
            due_on=today(),
            due_soon_on=today(),
        )
        for number in range(100)
    )
    listing.count(actor)
    with django_assert_num_queries(2):
        assert len(listing.due(actor, Wanted(), FIRST).items) == 40
    with django_assert_num_queries(1):
        assert listing.count(actor).due == 101


def test_a_policy_is_set_and_removed_on_its_page(client_for: ClientFor, universe: Universe) -> None:
    client, address = client_for("admin"), reverse("due_policies")
    for place in ("all", "production", str(universe.pk)):
        answer = client.post(address, {"place": place, "rule": "every", "days": "30"})
        assert answer.headers["Location"] == address
    assert RotationPolicy.objects.count() == 3
    page = body(client.get(address))
    assert page.count("Every 30 days") == 3
    for place in ("all", "production", str(universe.pk), "moon", "12"):
        client.post(reverse("due_policy_remove"), {"place": place})
    assert not RotationPolicy.objects.exists()
    assert "no policy of its own" in body(client.get(address))


def test_a_policy_names_the_team_that_is_reminded(
    client_for: ClientFor, universe: Universe
) -> None:
    client, address = client_for("admin"), reverse("due_policies")
    team, watch = Team.objects.create(name="Build"), Watch()
    sent = {"place": "all", "rule": "every", "days": "30", "team": str(team.pk)}
    assert client.post(address, sent).status_code == 302
    told = {"rule": "every 30 days", "team": "Build", "where": "all universes"}
    assert detail(watch.last) == told
    assert "reminds <bdi>Build</bdi>" in body(client.get(address))
    team.delete()
    assert "reminds" not in body(client.get(address))
    answer = client.post(address, sent)
    assert (answer.status_code, "Choose one of these teams." in body(answer)) == (422, True)


def test_a_policy_is_edited_from_what_it_says(client_for: ClientFor, universe: Universe) -> None:
    client, address = client_for("admin"), reverse("due_policies")
    team = Team.objects.create(name="Build")
    sent = {"place": str(universe.pk), "rule": "every", "days": "30", "team": str(team.pk)}
    client.post(address, sent)
    [edit] = re.findall(r'href="([^"]*)">Edit<', body(client.get(address)))
    page = body(client.get(edit))
    assert "<h2>Edit the policy of Harbor</h2>" in page
    assert f'<option value="{universe.pk}" selected>' in page
    assert f'<option value="{team.pk}" selected>' in page
    assert 'value="30"' in page
    for unknown in ("moon", "all"):
        assert "Set another policy" in body(client.get(f"{address}?place={unknown}"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"place": "all", "rule": "every", "days": ""}, "Enter a number of days"),
        ({"place": "all", "rule": "every", "days": "soon"}, "Enter a number of days"),
        ({"place": "all", "rule": "every", "days": "9" * 30}, "3,650 days at most"),
        ({"place": "all", "rule": "ends", "days": "9"}, "valid choice"),
        ({"place": "moon", "rule": "never"}, "valid choice"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(
    client_for: ClientFor, universe: Universe, sent: dict[str, str], said: str
) -> None:
    answer = client_for("admin").post(reverse("due_policies"), sent)
    assert answer.status_code == 422
    assert said in body(answer)
    assert not RotationPolicy.objects.exists()


def test_a_secret_has_a_due_date_and_a_hint_of_its_own(
    client_for: ClientFor, universe: Universe
) -> None:
    client, place = client_for("editor"), [universe.pk, "PAY_KEY"]
    sent = {"rule": "ends", "ends_on": str(today() + DAY), "hint": "Ask\r\nthe provider."}
    assert client.post(reverse("secret_due", args=place), sent).status_code == 302
    assert RotationPolicy.objects.get().hint == "Ask\nthe provider."
    for page in ("secret", "secret_rotate"):
        assert "the provider." in body(client.get(reverse(page, args=place)))
    page = body(client.get(reverse("secret", args=place)))
    assert "Due soon" in page
    assert str(today() + DAY) in body(client.get(reverse("secret_due", args=place)))


def test_what_was_set_for_a_secret_is_taken_back_on_its_page(
    client_for: ClientFor, universe: Universe
) -> None:
    client, address = client_for("editor"), reverse("secret_due", args=[universe.pk, "PAY_KEY"])
    nothing = {"rule": "follows", "days": "", "ends_on": "", "hint": ""}
    assert client.post(address, nothing).status_code == 422
    client.post(address, {"rule": "every", "days": "30"})
    assert client.post(address, nothing | {"days": "30"}).status_code == 302
    assert not RotationPolicy.objects.exists()
    assert not Secret.objects.get(name="PAY_KEY").is_covered


def test_what_cannot_be_rotated_here_is_not_offered(
    client_for: ClientFor, harbor_due: Universe
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(name="a/b c")
    age("SIGNING_SEED", 0)
    client = client_for("manager")
    page = body(client.get(DUE))
    assert 'aria-label="Rotate PAY_WEBHOOK"' in page
    assert 'aria-label="Rotate a/b c"' not in page
    in_time = body(client.get(f"{DUE}?day={today() + 90 * DAY}"))
    assert 'aria-label="Rotate SIGNING_SEED"' in in_time
    assert 'aria-label="Snooze SIGNING_SEED"' not in in_time


def test_a_secret_is_put_off_on_its_page(client_for: ClientFor, harbor_due: Universe) -> None:
    client, place = client_for("editor"), [harbor_due.pk, "PAY_KEY"]
    address = reverse("secret_snooze", args=place)
    page = body(client.get(address))
    assert (page.count('name="reason"'), "without approval" in page) == (1, False)
    # Two weeks are suggested.
    assert f'value="{today() + 14 * DAY}"' in page
    assert client.post(address, {"until": "x", "reason": "y"}).status_code == 422
    assert not Snooze.objects.exists()
    sent = {"until": str(today() + 9 * DAY), "reason": "the provider is closed"}
    assert client.post(address, sent).status_code == 302
    page = body(client.get(reverse("secret", args=place)))
    assert "Snoozed" in page
    assert "the provider is closed" in page
    assert of(body(client.get(f"{DUE}?kind=snoozed"))) == ["PAY_KEY"]


def test_who_comes_from_the_list_to_put_a_secret_off_goes_back_to_it(
    client_for: ClientFor, harbor_due: Universe
) -> None:
    client = client_for("editor")
    [address] = set(re.findall(r'href="([^"]*PAY_KEY/snooze/[^"]*)"', body(client.get(DUE))))
    assert f'href="{DUE}">Cancel</a>' in body(client.get(address))
    sent = {"until": str(today() + 9 * DAY), "reason": "the provider is closed"}
    assert client.post(address, sent).headers["Location"] == DUE
    elsewhere = client.post(f"{address}&next=https://example.com", sent)
    assert elsewhere.headers["Location"] == reverse("secret", args=[harbor_due.pk, "PAY_KEY"])


def test_the_page_of_a_secret_says_why_nothing_is_known(
    client_for: ClientFor, universe: Universe
) -> None:
    cover(universe)
    Secret.objects.filter(name="PAY_KEY").update(due_on=None, due_soon_on=None, valued_on=None)
    address = reverse("secret", args=[universe.pk, "PAY_KEY"])
    assert "Roblox doesn’t say how old it is." in body(client_for("viewer").get(address))
    terms = Terms(DueRule.ENDS, ends_on=today())
    policies.set_policy(STAGEHAND, Covered(universe, "PAY_KEY"), terms)
    age("PAY_KEY", 0)
    page = body(client_for("viewer").get(address))
    assert "It was rotated since its end was set." in page


def test_the_list_and_the_first_page_mark_what_is_due(
    client_for: ClientFor, harbor_due: Universe
) -> None:
    client = client_for("rotator")
    page = body(client.get(reverse("universe", args=[harbor_due.pk])))
    assert [words in page for words in ("Overdue</span>", "Due</span>", "Due soon</span>")] == [
        True,
        True,
        True,
    ]
    assert "?state=to_rotate" in page
    assert "2 secrets</a> are due for rotation." in body(client.get("/"))
    assert "due for rotation" not in body(client_for("viewer").get("/"))


def test_compare_marks_what_is_due(client_for: ClientFor, harbor_due: Universe) -> None:
    assert "To rotate</span>" in body(client_for("viewer").get(f"{reverse('compare')}?show=all"))
