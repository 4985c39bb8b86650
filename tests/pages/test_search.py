"""Search over all that one may see, as a page and as the panel that htmx fills."""

import html
import re

import pytest
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from secretsapp.access import grants
from secretsapp.access.grants import Terms
from secretsapp.core.roles import Role
from secretsapp.home import search
from secretsapp.models import Secret, Universe
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast

HTMX = {"HX-Request": "true"}


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
            ("OTHER", "\n For pay\nnot this"),
            ("pay", ""),
            ("É", ""),
        )
    )
    return quay


def ask(client: Client, text: str) -> HttpResponseBase:
    """What htmx is answered."""
    return client.get("/search/", {"q": text}, headers=HTMX)


def hits(answer: HttpResponseBase) -> list[str]:
    """The words of every link to what was found, in order."""
    links = re.findall(r'<a class="hit[^>]*>(.*?)</a>', body(answer), re.DOTALL)
    return [html.unescape(" ".join(re.sub(r"<[^>]*>", "", link).split())) for link in links]


def test_names_and_notes_are_found_and_marked_the_closest_first(
    client_for: ClientFor, quay: Universe, address_of: AddressOf
) -> None:
    answer = client_for("admin").get("/search/", {"q": " pay "})
    assert hits(answer) == [
        "Quay of Pay Staging",
        "pay",
        "MY_PAY",
        "OTHER For pay",
        "Harbor Production",
        "PAY_KEY",
        "PAY_WEBHOOK",
    ]
    assert f'href="{address_of("secret", "PAY_WEBHOOK")}"' in body(answer)
    assert "<mark>PAY</mark>_WEBHOOK" in body(answer)
    assert 'name="q" value="pay"' in body(answer)


@pytest.mark.parametrize(
    ("role", "names"),
    [
        ("admin", ["Harbor Production", "PAY_KEY", "PAY_WEBHOOK", "Quay of Pay Staging", "MY_PAY"]),
        ("viewer", ["Harbor Production", "PAY_KEY", "PAY_WEBHOOK"]),
        ("rotator", ["Harbor Production", "PAY_WEBHOOK"]),
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
    assert [
        hit for hit in hits(ask(client_for(role), "pay")) if not hit.startswith("OTHER")
    ] == names


def test_htmx_is_given_what_was_found_alone(client_for: ClientFor) -> None:
    answer = ask(client_for("viewer"), "hook")
    assert "<html" not in body(answer)
    assert hits(answer) == ["Harbor Production", "PAY_WEBHOOK"]
    assert words(answer).endswith("1 found")


def test_nothing_typed_and_nothing_found_say_what_to_do(client_for: ClientFor) -> None:
    client = client_for("viewer")
    assert "Type a part of a" in words(client.get("/search/"))
    nothing = words(client.get("/search/", {"q": "none"}))
    assert "No name holds “none” in the universes you may see." in nothing


def test_a_universe_is_found_by_its_name_and_by_its_whole_id(
    client_for: ClientFor, quay: Universe
) -> None:
    client = client_for("admin")
    assert hits(ask(client, "ARBO")) == ["Harbor Production"]
    assert hits(ask(client, "6930499524")) == ["Harbor Production"]
    assert hits(ask(client, "693049952")) == []


@pytest.mark.parametrize(
    "text", ["\x00", "x" * 10_000, "\u202eabc", "%", "_%", "(", "\\", "'; --", "🦭", "\ud800"]
)
def test_odd_input_finds_nothing_and_is_told_short(client_for: ClientFor, text: str) -> None:
    asked = {"q": text.encode("utf-8", "surrogatepass")}
    answer = client_for("admin").get("/search/", asked)
    assert "No name holds" in words(answer)
    assert len(body(answer)) < 40_000


def test_capitals_count_for_nothing_beyond_ascii_either(
    client_for: ClientFor, quay: Universe
) -> None:
    assert hits(ask(client_for("admin"), "é")) == ["Quay of Pay Staging", "É"]


def test_a_name_that_cannot_stand_in_an_address_has_one(
    client_for: ClientFor, universe: Universe
) -> None:
    Secret.objects.create(universe=universe, name="<b>odd")
    answer = ask(client_for("viewer"), "odd")
    assert "&lt;b&gt;<mark>odd</mark>" in body(answer)
    assert f'href="/universes/{universe.pk}/secrets/hex-{b"<b>odd".hex()}/"' in body(answer)


def test_much_is_cut_and_the_rest_is_led_to_in_a_constant_number_of_queries(
    client_for: ClientFor,
    cast: Cast,
    universe: Universe,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(1, 8):
        name = f"Universe {number}"
        each = Universe.objects.create(id=number, name=name, api_key=universe.api_key)
        Secret.objects.bulk_create(
            Secret(universe=each, name=f"TOKEN_{place:02}") for place in range(12)
        )
    answer = ask(client_for("admin"), "token_")
    shown = hits(answer)
    assert sum(hit.startswith("TOKEN_") for hit in shown) == search.LIMIT
    assert shown.count("2 more in this universe") == 5
    assert "24 more in other universes: type more of the name. 84 found" in words(answer)
    assert 'href="/universes/1/?q=token_"' in body(answer)
    with django_assert_num_queries(4):
        search.find(cast["admin"].actor, "token_")
