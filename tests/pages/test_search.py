"""Search over all that one may see, as a page and as the panel that htmx fills."""

import re
from urllib.parse import quote_plus

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.home.search import finding
from secretsapp.models import ApiKey, Secret, Universe
from secretsapp.universes import shortcuts
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.pages.searching import ask, hits
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

IN_HARBOR = ("Create secret in Harbor Production", "Grant access in Harbor Production")


@pytest.fixture
def quay(universe: Universe) -> Universe:
    """Another universe, in which only the admin has anything."""
    quay = Universe.objects.create(
        id=77, name="Quay of Pay", owner="users/1", api_key=universe.api_key, environment="staging"
    )
    Secret.objects.bulk_create(
        Secret(universe=quay, name=name, note=note)
        for name, note in (
            ("MY_PAY", ""),
            ("OTHER", "\n The first line\nit is for pay"),
            ("pay", ""),
            ("É", ""),
        )
    )
    return quay


@pytest.fixture
def shelf(universe: Universe) -> Universe:
    """Harbor with a few more secrets, of names, domains and notes that someone half remembers."""
    Secret.objects.bulk_create(
        Secret(universe=universe, name=name, domain=domain, note=note)
        for name, domain, note in (
            ("PAY_API_KEY", "api.stripe.com", "Asked of finance each spring"),
            ("PAYMENT_API_TOKEN", "", ""),
            ("DISCORD_WEBHOOK", "discord.com", ""),
            ("Pay_LOWER", "", ""),
            ("KEYSTORE_PAYLOAD", "", ""),
        )
    )
    return universe


def found(client: Client, text: str) -> list[str]:
    """The first words of what is found, which are names where they are of secrets.

    What can be done with it is not among them.
    """
    names = [hit.partition(" ")[0] for hit in hits(ask(client, text))]
    return [name for name in names if name not in {"Rotate", "Create", "Grant"}]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pay key", ["PAY_KEY", "PAY_API_KEY", "KEYSTORE_PAYLOAD"]),
        ("key pay", ["PAY_KEY", "PAY_API_KEY", "KEYSTORE_PAYLOAD"]),
        ("payapi", ["PAY_API_KEY"]),
        ("PAY-API", ["PAY_API_KEY", "PAYMENT_API_TOKEN", "PAY_KEY"]),
        ("api pay", ["PAY_API_KEY", "PAYMENT_API_TOKEN", "PAY_KEY"]),
        ("hook dis", ["DISCORD_WEBHOOK"]),
        ("webook", ["PAY_WEBHOOK", "DISCORD_WEBHOOK"]),
        ("discrod", ["DISCORD_WEBHOOK"]),
        ("PAY_*", ["PAY_KEY", "PAY_API_KEY", "PAY_WEBHOOK"]),
        ("Pay_*", ["Pay_LOWER"]),
        ("pay_*", []),
        ("api.stripe.com", ["PAY_API_KEY"]),
        ("stripe", ["PAY_API_KEY"]),
        ("strpie", ["PAY_API_KEY"]),
        ("finance", ["PAY_API_KEY"]),
        ("6930499524", ["Harbor"]),
        ("693049952", []),
    ],
)
def test_what_is_half_remembered_is_found_the_closest_first(
    client_for: ClientFor, shelf: Universe, text: str, names: list[str]
) -> None:
    assert found(client_for("viewer"), text) == names


def test_the_closest_are_first_and_what_fits_is_marked(
    client_for: ClientFor, quay: Universe, address_of: AddressOf
) -> None:
    answer = client_for("admin").get("/search/", {"q": " pay "})
    assert hits(answer) == [
        "pay Quay of Pay Staging No requests",
        "PAY_KEY Harbor Production api.pay.example",
        "PAY_WEBHOOK Harbor Production Any host",
        "MY_PAY Quay of Pay Staging No requests",
        "OTHER Quay of Pay Staging No requests it is for pay",
        "Quay of Pay Staging",
        "Rotate pay Quay of Pay Staging",
    ]
    assert "updated <time" in body(answer)
    assert 'id="search"' not in body(answer)
    assert f'href="{address_of("secret", "PAY_WEBHOOK")}"' in body(answer)
    assert "<mark>PAY</mark>_WEBHOOK" in body(answer)
    assert 'name="q" value="pay"' in body(answer)


def test_what_runs_together_is_marked_over_the_words(
    client_for: ClientFor, shelf: Universe
) -> None:
    answer = ask(client_for("viewer"), "payapi")
    assert "<mark>PAY</mark>_<mark>API</mark>_KEY" in body(answer)


def test_a_slip_is_forgiven_only_where_nothing_fits_and_the_page_says_so(
    client_for: ClientFor, shelf: Universe
) -> None:
    viewer = client_for("viewer")
    assert "No results for “webook”. Close matches:" in words(ask(viewer, "webook"))
    Secret.objects.filter(name="Pay_LOWER").update(note="the old webook")
    assert hits(ask(viewer, "webook")) == ["Pay_LOWER Harbor Production No requests the old webook"]


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("admin", ["PAY_KEY", "PAY_WEBHOOK", "MY_PAY", "OTHER", "Quay"]),
        ("viewer", ["PAY_KEY", "PAY_WEBHOOK"]),
        ("rotator", ["PAY_WEBHOOK"]),
        ("stranger", []),
    ],
)
def test_nobody_finds_more_than_they_may_list(
    client_for: ClientFor,
    cast: Cast,
    universe: Universe,
    quay: Universe,
    role: str,
    names: list[str],
) -> None:
    Secret.objects.filter(name="pay").delete()
    grants.give(STAGEHAND, cast["rotator"].user, universe, Terms(Role.ROTATOR, "PAY_W*"))
    assert found(client_for(role), "pay") == names


@pytest.mark.parametrize("is_far", [False, True], ids=["few universes", "many universes"])
def test_the_secrets_of_others_push_none_of_ones_own_out(
    client_for: ClientFor,
    quay: Universe,
    is_far: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if is_far:
        monkeypatch.setattr("secretsapp.home.search.secret_hits.FEW_UNIVERSES", 0)
    Secret.objects.bulk_create(
        Secret(universe=quay, name=f"PAY_KEY{number:03}") for number in range(300)
    )
    answer = ask(client_for("viewer"), "pay key")
    assert hits(answer) == ["PAY_KEY Harbor Production api.pay.example"]
    assert words(answer).endswith(" 1 found")
    assert "More in Quay of Pay" in hits(ask(client_for("admin"), "pay_key"))


def test_five_of_a_universe_are_shown_and_its_list_has_the_rest(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    for there, count in ((universe, 9), (quay, 2)):
        names = (f"TOKEN_{number}" for number in range(count))
        Secret.objects.bulk_create(
            Secret(universe=there, name=name, domain="a.example") for name in names
        )
    admin = client_for("admin")
    answer = ask(admin, "token")
    assert [hit.split()[1] for hit in hits(answer)] == [
        *("Harbor", "Quay", "Harbor", "Quay", "Harbor", "Harbor", "Harbor", "more")
    ]
    assert "More than 7 found" in words(answer)
    assert f'href="/universes/{universe.pk}/?q=token">4 more in Harbor</a>' in body(answer)
    # The filter of the list knows words in any order, and neither hosts nor the rest of a note.
    assert f'href="/universes/{universe.pk}/?q=ken-+to">4 more in Harbor</a>' in body(
        ask(admin, "ken- to")
    )
    Secret.objects.filter(universe=universe, name__startswith="TOKEN_").update(note="x\nlantern")
    for text in ("a.example", "lantern"):
        every = f'href="/search/?q={quote_plus(text)}&amp;in=secrets">More secrets</a>'
        assert every in body(ask(admin, text))


def test_what_someone_uses_is_offered_while_nothing_is_typed(
    client_for: ClientFor, cast: Cast, universe: Universe, quay: Universe
) -> None:
    assert hits(ask(client_for("viewer"), "")) == ["Harbor Production"]
    assert hits(ask(client_for("stranger"), "")) == []
    admin = client_for("admin")
    shortcuts.note_opened(cast["admin"].actor, universe)
    shortcuts.pin(cast["admin"].actor, quay)
    answer = ask(admin, "")
    assert re.findall(r'hit-kind muted">([^<]*)<', body(answer)) == [
        *("Pinned", "Recently opened", "Actions")
    ]
    assert hits(answer) == [
        *("Quay of Pay Staging", "Harbor Production"),
        *("Create secret in Quay of Pay Staging", "Grant access in Quay of Pay Staging"),
        "Add a universe",
    ]
    for address in re.findall(r'<a class="hit" href="([^"]*)"', body(answer)):
        assert admin.get(address).status_code == 200


def test_a_secret_is_found_as_it_is_now(client_for: ClientFor, universe: Universe) -> None:
    admin = client_for("admin")
    new = Secret.objects.create(universe=universe, name="TEAPOT")
    assert found(admin, "teapot") == ["TEAPOT"]
    Secret.objects.filter(pk=new.pk).update(note="brewed at noon")
    assert found(admin, "brewed") == ["TEAPOT"]
    Secret.objects.filter(pk=new.pk).update(note="", domain="tea.example.com")
    assert (found(admin, "brewed"), found(admin, "tea.example")) == ([], ["TEAPOT"])
    universe.secrets.filter(name="TEAPOT").delete()
    assert found(admin, "teapot") == []


def test_people_and_api_keys_are_found_by_those_who_manage_them(
    client_for: ClientFor, cast: Cast, api_key: ApiKey
) -> None:
    ApiKey.objects.filter(pk=api_key.pk).update(name="Automation", note="Kept by Ärlene")
    person = cast["viewer"].user
    admin, manager = client_for("admin"), client_for("manager")
    assert f'href="/people/{person.pk}/"' in body(ask(admin, "viewer@example"))
    for text in ("automation", "ärlene", "ÄRLENE", "autmation"):
        assert f'href="/api-keys/{api_key.pk}/"' in body(ask(admin, text))
        assert hits(ask(manager, text)) == []
    assert hits(ask(manager, "viewer@example")) == []


@pytest.mark.parametrize(
    ("role", "text", "pages"),
    [
        (
            "admin",
            "audit",
            ["Audit log history of changes, events, who did what", "auditor@example.com"],
        ),
        ("auditor", "log", ["Audit log history of changes, events, who did what"]),
        ("viewer", "audit", []),
        ("admin", "settings harbor", ["Settings of Harbor Production"]),
        ("manager", "settings harbor", []),
        (
            "manager",
            "access harb",
            ["Access to Harbor Production", "Grant access in Harbor Production"],
        ),
        ("editor", "access", ["Your account name, password, sessions, your access"]),
        ("editor", "new secret", ["Create secret in Harbor Production"]),
        ("viewer", "create secret", []),
        ("admin", "harbor", ["Harbor Production", *IN_HARBOR]),
        ("viewer", "harbor", ["Harbor Production"]),
        ("rotator", "rotate hook", ["Rotate PAY_WEBHOOK Harbor Production"]),
        ("viewer", "rotate hook", []),
        ("manager", "new account", []),
        ("admin", "new account", ["Create account"]),
        ("viewer", "account", ["Your account name, password, sessions, your access"]),
    ],
)
def test_pages_and_actions_are_found_by_those_who_may_open_them(
    client_for: ClientFor, role: str, text: str, pages: list[str]
) -> None:
    client = client_for(role)
    answer = ask(client, text)
    assert hits(answer) == pages
    for address in re.findall(r'<a class="hit" href="([^"]*)"', body(answer)):
        assert client.get(address).status_code == 200


def test_htmx_is_given_what_was_found_alone(client_for: ClientFor) -> None:
    answer = ask(client_for("viewer"), "hook")
    assert "<html" not in body(answer)
    assert hits(answer) == ["PAY_WEBHOOK Harbor Production Any host"]
    assert words(answer).endswith("1 found")


def test_nothing_typed_and_nothing_found_say_what_can_be_found(client_for: ClientFor) -> None:
    client = client_for("viewer")
    assert "Type words in any order" in words(client.get("/search/"))
    nothing = words(client.get("/search/", {"q": "none"}))
    assert "No results for “none”. Type words in any order" in nothing


def test_a_number_that_is_no_universe_is_told_from_the_id_of_a_place(client_for: ClientFor) -> None:
    assert "is its place ID" in words(ask(client_for("admin"), "1818123456"))
    assert "is its place ID" not in words(ask(client_for("admin"), "none"))


@pytest.mark.parametrize(
    "text",
    [
        *("\x00", "x" * 10_000, "\u202eabc", "%", "_%", "(", "\\", "'; --", "🦭", "\ud800"),
        *(
            '"',
            '"pay',
            "NOT OR",
            "NEAR(",
            "text:",
            "*",
            "-",
            "^",
            "pay\\",
            "[a-z]+",
            "......",
            "9" * 99,
        ),
        " ".join(map(str, range(20))),
    ],
)
def test_odd_input_finds_nothing_and_is_told_short(client_for: ClientFor, text: str) -> None:
    asked = {"q": text.encode("utf-8", "surrogatepass")}
    answer = client_for("admin").get("/search/", asked)
    assert "No results for" in words(answer)
    assert hits(answer) == []
    assert len(body(answer)) < 40_000


def test_capitals_count_for_nothing_beyond_ascii_either(
    client_for: ClientFor, quay: Universe
) -> None:
    Secret.objects.create(universe=quay, name="SCHLÜSSEL", note="Für Ärzte")
    admin = client_for("admin")
    assert found(admin, "é") == ["É"]
    for text in ("schlüssel", "SCHLÜSSEL", "ärzte", "FÜR"):
        assert found(admin, text) == ["SCHLÜSSEL"]


def test_a_name_that_cannot_stand_in_an_address_has_one(
    client_for: ClientFor, universe: Universe
) -> None:
    Secret.objects.create(universe=universe, name="<b>odd")
    answer = ask(client_for("viewer"), "odd")
    assert "&lt;b&gt;<mark>odd</mark>" in body(answer)
    assert f'href="/universes/{universe.pk}/secrets/hex-{b"<b>odd".hex()}/"' in body(answer)


def test_teams_are_found_by_those_who_can_open_them(
    client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    team = teams.create(
        STAGEHAND, name="Lantern crew", note="on call", people=[cast["viewer"].user]
    )
    for sought in ("lantern", "on call", "lantren"):
        answer = ask(client_for("manager"), sought)
        assert f'href="/teams/{team.pk}/"' in body(answer)
    assert hits(ask(client_for("manager"), "lanterncrew")) == ["Lantern crew on call"]
    for name in ("viewer", "editor", "auditor"):
        assert hits(ask(client_for(name), "lantern")) == []


def test_much_is_cut_and_the_rest_is_led_to_in_few_queries(
    client_for: ClientFor,
    universe: Universe,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 16):
        name = f"Universe {number}"
        each = Universe.objects.create(id=number, name=name, api_key=universe.api_key)
        Secret.objects.bulk_create(
            Secret(universe=each, name=f"TOKEN_{place:02}") for place in range(12)
        )
    admin = client_for("admin")
    answer = ask(admin, "token_")
    shown = hits(answer)
    assert len(shown) == finding.FEW + 1
    assert shown[-1] == "More secrets"
    assert f"More than {finding.FEW} found" in words(answer)
    assert 'href="/search/?q=token_&amp;in=secrets"' in body(answer)
    every = admin.get("/search/?q=token_&in=secrets")
    assert len(hits(every)) == finding.MANY
    assert "The closest 100 results." in words(every)
    with django_assert_max_num_queries(20):
        ask(admin, "token_")
    with django_assert_max_num_queries(20):
        ask(admin, "tokken")
    with django_assert_max_num_queries(25):
        ask(admin, "rotate token_")
