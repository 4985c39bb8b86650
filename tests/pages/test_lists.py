"""The universes one may see and their secrets, as the list shows them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from emulator import Emulator, faults
from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Change, Grant, Secret, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from tests import stage
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, names_shown, words
from tests.stage import Cast

HTMX = {"HX-Request": "true"}
ROLES = ("admin", "manager", "editor", "rotator", "viewer", "auditor")


@pytest.mark.parametrize("role", ROLES)
def test_home_shows_the_universe_under_its_group(client_for: ClientFor, role: str) -> None:
    page = words(client_for(role).get("/"))
    assert "Group 1234567" in page
    assert "Harbor PRODProduction 3 of 500 secrets" in page


def test_home_tells_a_stranger_who_gives_access(client_for: ClientFor) -> None:
    page = words(client_for("stranger").get("/"))
    assert "You don’t have access to any universe yet." in page
    assert "Ask a manager of the universe or an admin to grant access" in page
    assert "Harbor" not in page


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_list(client_for: ClientFor, address_of: AddressOf, role: str) -> None:
    page = words(client_for(role).get(address_of("universe")))
    for shown in ("PAY_KEY", "api.pay.example", "Any host", "No requests", "3 secrets"):
        assert shown in page


@pytest.mark.parametrize(("role", "may_create"), [("editor", True), ("rotator", False)])
def test_room_and_creation_are_shown_to_those_who_may_create(
    client_for: ClientFor, address_of: AddressOf, role: str, may_create: bool
) -> None:
    page = words(client_for(role).get(address_of("universe")))
    assert ("3 of 500 used" in page) is may_create
    assert ("New secret" in page) is may_create


def test_who_may_create_some_names_is_offered_it_without_the_room(
    cast: Cast, universe: Universe, client_for: ClientFor, address_of: AddressOf
) -> None:
    grants.give(stage.STAGEHAND, cast["editor"].user, universe, Terms(Role.EDITOR, "PAY_*"))
    page = words(client_for("editor").get(address_of("universe")))
    assert "New secret" in page
    assert "of 500" not in page


def test_a_pattern_hides_the_other_names_and_their_number(
    cast: Cast, universe: Universe, client_for: ClientFor, address_of: AddressOf
) -> None:
    viewer = cast["viewer"].user
    grants.give(stage.STAGEHAND, viewer, universe, Terms(Role.VIEWER, "PAY_*"))
    client = client_for("viewer")
    page = words(client.get(address_of("universe")))
    assert "2 secrets" in page
    assert "SIGNING_SEED" not in page
    assert "You see PAY_* only · Viewer · Your access" in page
    until = timezone.now() + timedelta(days=9)
    grants.give(stage.STAGEHAND, viewer, None, Terms(Role.VIEWER, "AD_*", until))
    page = words(client.get(address_of("universe")))
    assert "You see AD_* and PAY_* only · Your access" in page
    Grant.objects.exclude(patterns__pattern="AD_*").filter(person=viewer).delete()
    page = words(client.get(address_of("universe")))
    assert re.search(r"You see AD_\* only · Viewer · until \d+ \w+ \d+ · Your access", page)
    assert "You see" not in words(client_for("auditor").get(address_of("universe")))


def test_the_page_of_500_secrets_takes_as_many_queries_as_that_of_one(
    universe: Universe, client_for: ClientFor, address_of: AddressOf
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    client, change = client_for("viewer"), Change.objects.get()
    Secret.objects.exclude(name="PAY_KEY").delete()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address_of("universe"))
        return len(captured)

    first, for_one = queries(), queries()
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"S_{number}", last_change=change) for number in range(499)
    )
    assert "500 secrets" in words(client.get(address_of("universe")))
    assert queries() == for_one < first


def test_the_filter_looks_at_names_and_at_the_first_lines_of_notes(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="SIGNING_SEED").update(note="\n For the Hooks.\nSecond line.")
    client = client_for("viewer")

    def found(searched: str) -> list[str]:
        return names_shown(client.get(address_of("universe"), {"q": searched}))

    assert found(" hook ") == ["PAY_WEBHOOK", "SIGNING_SEED"]
    assert found("second") == []
    Secret.objects.filter(name="PAY_KEY").update(name="ZZ_SIGNING")
    Secret.objects.filter(name="PAY_WEBHOOK").update(name="DESIGN_HOOK", note="Not for signing.")
    assert found("sign") == ["SIGNING_SEED", "ZZ_SIGNING", "DESIGN_HOOK"]
    Secret.objects.filter(name="ZZ_SIGNING").update(name="PAY_KEY")
    Secret.objects.filter(name="DESIGN_HOOK").update(name="PAY_WEBHOOK")
    # Words in any order; - is like _, and a star says how the name begins.
    assert found("hook Pay") == found("pay-WEB") == ["PAY_WEBHOOK"]
    assert found("hooks seed") == found("sign*") == ["SIGNING_SEED"]
    assert found("key pay*") == ["PAY_KEY"]
    assert found("hook*") == []
    answer = client.get(address_of("universe"), {"q": "hook"})
    assert "2 of 3 · synced" in words(answer)
    nothing = words(client.get(address_of("universe"), {"q": "nothing"}))
    assert "No secrets match the filter. Show all 3" in nothing


def test_a_long_list_is_cut_down_by_how_names_begin(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client, address = client_for("viewer"), address_of("universe")
    assert "data-prefix" not in body(client.get(address))
    Secret.objects.bulk_create(
        Secret(universe=universe, name=f"{head}_{number}", domain="*")
        for head in ("AD", "chat", "OLD_PAY", *"BCDEFG")
        for number in range(12)
    )
    answer = client.get(address)
    offered = re.findall(r'data-prefix="(\w+)\*"', body(answer))
    assert offered == ["AD_", "B_", "C_", "chat_", "D_", "E_", "F_", "G_"]
    assert "chat_ 12 D_ 12" in words(answer)
    assert 'href="#content">Back to top' in body(answer)
    assert f'href="{address}?q=chat_%2A"' in body(answer)
    Secret.objects.filter(name__startswith="AD_").update(name=Concat(Value("PAY_"), "name"))
    answer = client.get(address, {"q": "PAY_*", "state": "any_host"})
    assert "PAY_ 14 B_ 12" in words(answer)
    assert len(names_shown(answer)) == 13
    chosen = f'href="{address}?state=any_host" data-prefix="PAY_*" aria-current="true"'
    assert chosen in body(answer)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]),
        ("-name", ["SIGNING_SEED", "PAY_WEBHOOK", "PAY_KEY"]),
        ("changed", ["SIGNING_SEED", "PAY_WEBHOOK", "PAY_KEY"]),
        ("-changed", ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]),
        ("who", ["PAY_WEBHOOK", "SIGNING_SEED", "PAY_KEY"]),
        ("-who", ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]),
        ("-value", ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"]),
    ],
)
def test_the_list_is_sorted_as_its_address_says(
    client_for: ClientFor, address_of: AddressOf, sort: str, names: list[str]
) -> None:
    client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    Secret.objects.filter(name="SIGNING_SEED").update(update_time="")
    answer = client_for("viewer").get(address_of("universe"), {"sort": sort})
    assert names_shown(answer) == names


def test_headings_and_states_lead_to_the_same_list_in_another_order_or_state(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    query = {"q": "a b", "sort": "-changed", "state": "attention"}
    page = body(client_for("viewer").get(address_of("universe"), query))
    assert 'aria-sort="descending"' in page
    for led in (
        "?q=a+b&amp;state=attention",
        "?q=a+b&amp;sort=changed&amp;state=attention",
        "?q=a+b&amp;sort=owner&amp;state=attention",
        "?q=a+b&amp;sort=-changed",
    ):
        assert f'href="{address_of("universe")}{led}"' in page


def test_what_needs_attention_can_be_shown_alone(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=timezone.now())
    Secret.objects.filter(name="PAY_WEBHOOK").update(missing_since=timezone.now())
    answer = client_for("viewer").get(address_of("universe"), {"state": "attention"})
    assert "All 3 Needs attention 2" in words(answer)
    assert names_shown(answer) == ["PAY_KEY", "PAY_WEBHOOK"]


def test_what_is_worth_a_look_is_counted_and_can_be_shown_alone(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    old = "2020-01-01T00:00:00Z"
    Secret.objects.filter(name="PAY_KEY").update(owner=cast["viewer"].user, update_time=old)
    Secret.objects.filter(name="SIGNING_SEED").update(drifted_at=timezone.now())
    client, address = client_for("viewer"), address_of("universe")
    states = ("any_host", "old", "no_owner", "outside", "odd")
    shown = {state: names_shown(client.get(address, {"state": state})) for state in states}
    assert shown == {
        "any_host": ["PAY_WEBHOOK"],
        "old": ["PAY_KEY"],
        "no_owner": ["PAY_WEBHOOK", "SIGNING_SEED"],
        "outside": ["SIGNING_SEED"],
        "odd": ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"],
    }
    page = words(client.get(address))
    assert "Changed outside 1 Any host 1 Older than a year 1 No owner 2" in page
    # Amber is what is counted as something to do: in production what is worth a look is, too.
    assert body(client.get(address)).count('"choice-count"') == 5
    Universe.objects.filter(pk=universe.pk).update(environment="staging")
    assert body(client.get(address)).count('"choice-count"') == 2
    assert body(client.get(address)).count("chip-amber") == 1
    assert 'cell-owner"><span class="avatar' in body(client.get(address))
    Secret.objects.all().update(domain="", owner=cast["viewer"].user)
    page = words(client.get(address))
    assert ("No owner" in page, "Any host" in page) == (False, False)
    assert "No owner 0" in words(client.get(address, {"state": "no_owner"}))


@pytest.mark.parametrize(
    ("role", "links"),
    [("admin", {"access", "universe_settings"}), ("manager", {"access"}), ("editor", set())],
)
def test_access_and_settings_are_offered_to_those_who_may(
    client_for: ClientFor, address_of: AddressOf, role: str, links: set[str]
) -> None:
    page = body(client_for(role).get(address_of("universe")))
    assert {name for name in ("access", "universe_settings") if address_of(name) in page} == links


def test_an_empty_list_says_what_to_do_next(client_for: ClientFor, address_of: AddressOf) -> None:
    Secret.objects.all().delete()
    page = words(client_for("editor").get(address_of("universe")))
    assert "0 secrets" in page
    assert "No secrets yet Secrets created at Roblox appear after a refresh." in page
    assert "Read its list from Roblox, done Create a secret Create the first secret" in page
    page = words(client_for("viewer").get(address_of("universe")))
    assert "No secrets you can see yet." in page
    assert "Create the first" not in page
    Universe.objects.update(synced_at=None)
    page = body(client_for("admin").get(address_of("universe")))
    assert "Not read from Roblox yet" in page
    assert 'type="submit" form="refresh"' in page
    assert page.count("btn-primary") == 2, "Refresh, and New secret, which the style sheet hides"


def test_a_full_universe_says_so(client_for: ClientFor, address_of: AddressOf) -> None:
    universe_id = Secret.objects.all()[0].universe_id
    Secret.objects.bulk_create(
        Secret(universe_id=universe_id, name=f"S_{number}") for number in range(497)
    )
    client = client_for("editor")
    assert "500 secrets · 500 of 500 secrets full" in words(client.get(address_of("universe")))
    Secret.objects.filter(name__in=["S_1", "S_2"]).delete()
    Secret.objects.filter(name="S_3").update(missing_since=timezone.now())
    for page in ("universe", "secret_create"):
        assert "497 of 500 secrets 3 left" in words(client.get(address_of(page)))
    Secret.objects.filter(name__startswith="S_1").delete()
    assert "left" not in words(client.get(address_of("secret_create")))


def test_an_open_change_is_marked(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator
) -> None:
    emulator.inject(faults.cut_after(), method="PATCH")
    client = client_for("rotator")
    client.post(address_of("secret_rotate", "PAY_KEY"), {"value": "x"})
    assert Change.objects.get().state == ChangeState.UNKNOWN
    assert Change.objects.get().kind == ChangeKind.ROTATE
    assert "PAY_KEY Outcome unknown" in words(client.get(address_of("universe")))
    assert "Don’t send it again" in words(client.get(address_of("secret", "PAY_KEY")))


def test_odd_words_are_escaped_and_set_apart(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    Universe.objects.filter(pk=universe.pk).update(name="\u202e<b>Harbor")
    page = body(client_for("viewer").get(address_of("universe")))
    assert "<bdi>\u202e&lt;b&gt;Harbor</bdi>" in page
    assert "<b>Harbor" not in page
