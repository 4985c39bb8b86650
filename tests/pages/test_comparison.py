"""The comparison of universes, and the names to fill."""

import re

import pytest
from django.urls import reverse

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import Absence, AuditEvent, Secret, Universe
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast

OLD, NEW = "2026-03-01T10:00:00Z", "2026-11-01T10:00:00Z"
COMPARE, FILL = "/compare/", "/names-to-fill/"


@pytest.fixture
def quay(universe: Universe) -> Universe:
    """A second universe of Harbor's group, with one of its three secrets."""
    quay = Universe.objects.create(
        id=42, name="Quay", owner=universe.owner, api_key=universe.api_key, environment="staging"
    )
    Secret.objects.update(update_time=NEW)
    Secret.objects.create(universe=quay, name="PAY_KEY", domain="api.pay.example", update_time=OLD)
    return quay


def cells(universes: list[Universe], names: list[str], *ticked: str) -> dict[str, str]:
    """What the form of the table sends with these cells ticked."""
    ids = "\r\n".join(str(each.pk) for each in universes)
    return {"universe": ids, "names": "\r\n".join(names), "cell": "\n".join(ticked)}


def test_each_cell_says_how_it_differs_and_leads_to_what_helps(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    page = client_for("admin").get(COMPARE)
    table = words(page).partition("Name Harbor")[2]
    assert re.search(r"PAY_KEY \d+ \w+ ago \d+ \w+ ago Older Rotate PAY_WEBHOOK", table)
    assert re.search(r"PAY_WEBHOOK \d+ \w+ ago Missing Create SIGNING_SEED", table)
    assert f'href="/universes/{quay.pk}/secrets/PAY_KEY/rotate/"' in body(page)
    assert f'href="/universes/{quay.pk}/new-secret/?name=PAY_WEBHOOK"' in body(page)
    assert "3 in total" in words(page)


def test_what_is_the_same_is_folded_and_can_be_shown(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    client = client_for("admin")
    Secret.objects.filter(universe=quay).update(update_time=NEW)
    page = client.get(COMPARE)
    assert "2 in total · 1 is the same everywhere" in words(page)
    assert "PAY_KEY" not in words(page)
    assert "PAY_KEY" in words(client.get(f"{COMPARE}?show=all&q=pay_*"))
    assert "SIGNING_SEED" not in words(client.get(f"{COMPARE}?show=all&q=pay_*"))
    Secret.objects.exclude(name="PAY_KEY").delete()
    assert "No differences: the name is the same everywhere." in words(client.get(COMPARE))


@pytest.mark.usefixtures("quay")
def test_universes_are_chosen_by_group_and_environment(
    client_for: ClientFor, universe: Universe
) -> None:
    client = client_for("admin")
    Universe.objects.create(id=7, name="Foreign", owner="users/9", api_key=universe.api_key)
    assert "User 9" in words(client.get(COMPARE))
    staging = client.get(f"{COMPARE}?environment=staging&show=all")
    assert re.search(r'id="u0">\s*<a href="/universes/42/"', body(staging))
    foreign = client.get(f"{COMPARE}?owner=users/9")
    assert "There are no secrets to compare." in words(foreign)
    assert "There are no universes like this" in words(client.get(f"{COMPARE}?owner=users/8"))


@pytest.mark.parametrize(
    "odd", ["page=x", "across=-1", "across=" + "9" * 400, "owner=%00", "environment=odd", "q=%00"]
)
def test_an_address_that_makes_no_sense_is_answered(
    client_for: ClientFor, quay: Universe, odd: str
) -> None:
    assert client_for("viewer").get(f"{COMPARE}?{odd}").status_code == 200


def test_many_universes_come_a_page_at_a_time(client_for: ClientFor, universe: Universe) -> None:
    Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number}", owner=universe.owner, api_key=universe.api_key)
        for number in range(1, 51)
    )
    client = client_for("admin")
    page = client.get(f"{COMPARE}?q=pay")
    assert "Universes 1–40 of 51 Further universes" in words(page)
    assert 'href="/compare/?q=pay&amp;across=2"' in body(page)
    assert "Universes before Universes 41–51 of 51" in words(client.get(f"{COMPARE}?across=2"))


def test_nobody_sees_a_universe_or_a_name_that_they_may_not_list(
    client_for: ClientFor, cast: Cast, quay: Universe
) -> None:
    Secret.objects.create(universe=quay, name="HIDDEN", update_time=NEW)
    client = client_for("viewer")
    assert "Quay" not in words(client.get(f"{COMPARE}?show=all"))
    grants.give(STAGEHAND, cast["viewer"].user, quay, Terms(Role.VIEWER, "PAY_*"))
    page = words(client.get(f"{COMPARE}?show=all"))
    assert "HIDDEN" not in page
    assert re.search(r"SIGNING_SEED \d+ \w+ ago No access", page)
    # Without a right to create, nothing leads there.
    assert "Create" not in page


def test_it_is_said_who_says_that_something_is_not_needed_and_it_is_taken_back(
    client_for: ClientFor, cast: Cast, universe: Universe, quay: Universe
) -> None:
    client = client_for("editor")
    grants.give(STAGEHAND, cast["editor"].user, quay, Terms(Role.EDITOR))
    sent = cells([universe, quay], ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"], "1.1", "2.1")
    back = client.post("/compare/not-needed/", sent | {"next": "/compare/?q=pay"}, follow=True)
    assert back.redirect_chain == [("/compare/?q=pay", 302)]
    assert "Marked as not needed: 2 missing secrets." in words(back)
    page = words(client.get(f"{COMPARE}?show=all"))
    assert "Not needed, says editor@example.com, just now" in page
    assert "PAY_WEBHOOK" not in words(client.get(COMPARE))
    back = client.post("/compare/needed/", sent, follow=True)
    assert "Marked as needed again: 2 missing secrets." in words(back)
    assert not Absence.objects.exists()
    tags = AuditEvent.objects.filter(tag__startswith="secret.absence").values_list("tag", flat=True)
    assert sorted(tags) == ["secret.absence.accepted"] * 2 + ["secret.absence.withdrawn"] * 2


def test_who_cannot_edit_one_of_the_details_says_nothing_of_any(
    client_for: ClientFor, cast: Cast, universe: Universe, quay: Universe
) -> None:
    grants.give(STAGEHAND, cast["editor"].user, quay, Terms(Role.VIEWER))
    sent = cells([universe, quay], ["ABSENT"], "0.0", "0.1")
    answer = client_for("editor").post("/compare/not-needed/", sent)
    assert answer.status_code == 403
    assert not Absence.objects.exists()
    assert AuditEvent.objects.filter(tag="access.refused", universe_name="Quay").exists()


@pytest.mark.parametrize("cell", ["", "x", "1.0", "0.9", "0.0.0", "-1.0", "9" * 30])
def test_cells_that_are_none_change_nothing(
    client_for: ClientFor, universe: Universe, cell: str
) -> None:
    sent = cells([universe], ["ABSENT"]) | {"cell": cell}
    back = client_for("editor").post("/compare/not-needed/", sent, follow=True)
    assert "Nothing was changed" in words(back)
    assert not Absence.objects.exists()


@pytest.mark.parametrize("name", ["N" * 65, "\x01", " "])
def test_what_can_be_no_name_is_refused(
    client_for: ClientFor, universe: Universe, name: str
) -> None:
    back = client_for("editor").post(
        "/compare/not-needed/", cells([universe], [name], "0.0"), follow=True
    )
    assert back.status_code == 200
    assert not Absence.objects.filter(name=name.strip()).exists()


def test_the_cells_of_a_universe_that_one_cannot_see_are_not_there(
    client_for: ClientFor, quay: Universe
) -> None:
    client = client_for("editor")
    for universe_id in (str(quay.pk), "1", "x", "9" * 30):
        sent = {"universe": universe_id, "names": "PAY_KEY", "cell": "0.0"}
        assert client.post("/compare/not-needed/", sent).status_code == 404
        assert client.post(FILL, sent).status_code == 404


def test_ticked_cells_lead_to_their_names_to_fill(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    client = client_for("admin")
    sent = cells([universe, quay], ["PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"], "1.1", "2.1")
    page = client.post(FILL, sent)
    assert "For Quay" in words(page)
    assert "2 of 2 missing" in words(page)
    assert f'href="{reverse("import")}?universe={quay.pk}"' in body(page)
    chosen = re.findall(r'name="name" value="(\w+)" checked', body(page))
    assert chosen == ["PAY_WEBHOOK", "SIGNING_SEED"]
    file = client.post(FILL, {"to": "42", "name": "PAY_WEBHOOK\nSIGNING_SEED", "format": "env"})
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    lines = body(file).splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["PAY_WEBHOOK=", "SIGNING_SEED="]
    assert "Quay (Staging)" in lines[0]


def test_a_universe_is_copied_by_its_names(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    client = client_for("admin")
    assert f"{FILL}?from={universe.pk}" in body(client.get(f"/universes/{universe.pk}/export/"))
    opened = client.get(f"{FILL}?from={universe.pk}")
    assert "Nobody can read a value" in words(opened)
    assert "Quay (Staging)" in words(opened)
    page = client.get(f"{FILL}?from={universe.pk}&to={quay.pk}")
    assert "2 of 3 missing" in words(page)
    assert re.findall(r'name="name" value="(\w+)" checked', body(page)) == [
        "PAY_WEBHOOK",
        "SIGNING_SEED",
    ]
    # Without a tick, it is what is missing; each with the host that it has there.
    file = client.post(FILL, {"from": universe.pk, "to": quay.pk, "format": "env"})
    assert body(file).splitlines()[2:] == [
        "# Allowed host: *",
        "PAY_WEBHOOK=",
        "# Allowed host: none",
        "SIGNING_SEED=",
    ]
    event = AuditEvent.objects.get(tag="universe.names_exported")
    assert (event.universe_name, '"count":"2"' in event.detail.replace(" ", "")) == ("Quay", True)


def test_a_name_that_no_such_file_can_have_is_a_comment(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    Secret.objects.create(universe=universe, name="odd=name\nX=1", domain="", update_time=NEW)
    sent = {"from": universe.pk, "to": quay.pk, "format": "env"}
    file = body(client_for("admin").post(FILL, sent))
    assert not [line for line in file.splitlines() if line.startswith(("odd", "X="))]


@pytest.mark.usefixtures("quay")
def test_names_for_no_universe_lead_back(client_for: ClientFor) -> None:
    for answer in (client_for("viewer").get(FILL), client_for("viewer").post(FILL)):
        assert answer.headers["Location"] == COMPARE


def test_the_comparison_is_found_where_there_is_more_than_one_universe(
    client_for: ClientFor, universe: Universe
) -> None:
    assert f'href="{COMPARE}"' not in body(client_for("admin").get("/"))
    Universe.objects.create(id=42, name="Quay", owner=universe.owner, api_key=universe.api_key)
    assert f'href="{COMPARE}"' in body(client_for("admin").get("/"))
    secret = reverse("secret", args=[universe.pk, "PAY_KEY"])
    Secret.objects.create(universe_id=42, name="PAY_KEY")
    assert f'href="{COMPARE}?q=PAY_KEY&amp;show=all"' in body(client_for("admin").get(secret))


def test_ticked_cells_of_one_name_lead_to_one_value_for_them(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    client = client_for("admin")
    names = ["PAY_KEY", "PAY_WEBHOOK"]
    one = client.post("/compare/replace/", cells([universe, quay], names, "0.0", "0.1"))
    assert one.headers["Location"] == (
        f"/replace/?name=PAY_KEY&universe={universe.pk}&universe={quay.pk}"
    )
    two = client.post("/compare/replace/", cells([universe], names, "0.0", "1.0"), follow=True)
    assert "Tick cells of one name to replace its value." in words(two)
    none = client.post("/compare/replace/", cells([universe], names), follow=True)
    assert "First tick the cells that you mean." in words(none)


def test_a_name_with_a_line_break_moves_no_other_to_its_place(
    client_for: ClientFor, cast: Cast, universe: Universe, quay: Universe
) -> None:
    grants.give(STAGEHAND, cast["editor"].user, quay, Terms(Role.EDITOR))
    Secret.objects.create(universe=universe, name="A\nPAY_KEY", update_time=NEW)
    client = client_for("editor")
    page = body(client.get(COMPARE))
    names = re.findall(r'name="names" value="([^"]*)"', page)[0].replace("&#10;", "\n")
    row = re.findall(r'id="n(\d)">\s*<a class="name" href="[^"]*PAY_WEBHOOK', page)[0]
    sent = {"universe": "42", "names": names, "cell": f"{row}.0"}
    client.post("/compare/not-needed/", sent)
    assert Absence.objects.get().name == "PAY_WEBHOOK"


def test_a_name_breaks_behind_an_underscore_and_hides_no_markup(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    Secret.objects.create(universe=universe, name="A_<b>_C", update_time=NEW)
    page = body(client_for("admin").get(COMPARE))
    assert "<bdi>PAY_<wbr>WEBHOOK</bdi>" in page
    assert "<bdi>A_<wbr>&lt;b&gt;_<wbr>C</bdi>" in page
