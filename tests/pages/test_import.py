"""Importing values in the browser: a preview, and then a batch of what was confirmed."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.batches import running
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Batch, BatchItem, Secret, Universe
from tests.batches.batching import add_universe
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.importing import ADDRESS, Import
from tests.pages.reading import body, words
from tests.secrets.proposing import protect
from tests.stage import STAGEHAND, Cast
from tests.support.watch import writes

TWO = "PAY_KEY=rotated-value\n# Allowed host: api.mail.example\nMAIL_KEY=mail-value\n"


@pytest.mark.parametrize("as_file", [True, False])
def test_what_is_confirmed_becomes_a_batch_that_is_sent(
    client_for: ClientFor,
    universe: Universe,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    *,
    as_file: bool,
) -> None:
    given = Import(client_for("editor"), TWO, universe, as_file=as_file)
    preview = given.preview()
    assert preview.status_code == 200
    assert "2 rows for 1 universe: 2 ready, 0 to check, 0 refused." in words(preview)
    assert (given.ticked, given.hosts) == ([1, 2], {2: "api.mail.example"})
    assert writes(emulator) == []
    answer = given.confirm(reason="a new season")
    batch = Batch.objects.get()
    assert answer.headers["Location"] == reverse("batch", args=[batch.pk])
    assert (batch.reason, batch.size) == ("a new season", 2)
    running.run_due()
    assert harbor.secrets["PAY_KEY"].value == b"rotated-value"
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"
    assert harbor.secrets["MAIL_KEY"].value == b"mail-value"
    assert harbor.secrets["MAIL_KEY"].domain == "api.mail.example"


def test_one_file_goes_into_several_universes(
    client_for: ClientFor, universe: Universe, emulator: Emulator, api_key: ApiKey
) -> None:
    _, second = add_universe(emulator, api_key, secrets={"MAIL_KEY": b"old"})
    given = Import(client_for("admin"), TWO, universe, second)
    told = words(given.preview())
    assert "2 rows for 2 universes" in told
    assert "Will be rotated Harbor, changed" in told
    assert "New Staging" in told
    given.confirm(host="*")
    items = BatchItem.objects.values_list("universe_name", "name", "kind", "domain")
    assert set(items) == {
        ("Harbor (Production)", "PAY_KEY", "rotate", "api.pay.example"),
        ("Staging (Staging)", "PAY_KEY", "create", "api.pay.example"),
        ("Harbor (Production)", "MAIL_KEY", "create", "api.mail.example"),
        ("Staging (Staging)", "MAIL_KEY", "rotate", "api.pay.example"),
    }


def test_the_preview_never_has_a_value_and_tells_its_length(
    client_for: ClientFor, universe: Universe
) -> None:
    preview = Import(client_for("editor"), TWO, universe, as_file=False).preview()
    assert "13 bytes" in words(preview)
    assert "rotated-value" not in body(preview)
    assert "choose the same file or paste the same text again" in words(preview)


def test_htmx_is_given_the_preview_alone_and_the_file_stays_chosen(
    client_for: ClientFor, universe: Universe
) -> None:
    given = Import(client_for("editor"), TWO, universe)
    part = given.preview(by_htmx=True)
    assert "<html" not in body(part)
    assert 'name="plan_mark"' in body(part)
    assert "again" not in words(part)
    refused = Import(client_for("editor"), "", universe).preview(by_htmx=True)
    assert refused.status_code == 422
    assert "It is empty: there is nothing to import." in words(refused)


def test_another_file_than_that_of_the_preview_is_previewed_and_not_imported(
    client_for: ClientFor, universe: Universe
) -> None:
    given = Import(client_for("editor"), TWO, universe)
    given.preview()
    given.content = TWO.replace("mail-value", "meal-value").encode()
    answer = given.confirm()
    assert answer.status_code == 422
    assert "Nothing was sent: this isn’t what the preview was of" in words(answer)
    assert not Batch.objects.exists()


def test_marks_of_someone_else_or_of_another_universe_confirm_nothing(
    client_for: ClientFor, universe: Universe, emulator: Emulator, api_key: ApiKey
) -> None:
    _, second = add_universe(emulator, api_key)
    given = Import(client_for("admin"), TWO, universe)
    given.preview()
    assert given.confirm(universe=str(second.pk)).status_code == 422
    by_another = Import(client_for("editor"), TWO, universe)
    vars(by_another).update(_marks=vars(given)["_marks"], ticked=[1])
    assert by_another.confirm().status_code == 422
    assert not Batch.objects.exists()


def test_what_has_changed_since_the_preview_is_previewed_again(
    client_for: ClientFor, universe: Universe
) -> None:
    given = Import(client_for("editor"), TWO, universe)
    given.preview()
    Secret.objects.create(universe=universe, name="MAIL_KEY", domain="*")
    answer = given.confirm()
    assert "Nothing was sent: something has changed since the preview." in words(answer)
    assert not Batch.objects.exists()


def test_a_new_secret_needs_an_allowed_host(client_for: ClientFor, universe: Universe) -> None:
    given = Import(client_for("editor"), "MAIL_KEY=x1", universe)
    assert "Allowed host of new secrets" in words(given.preview())
    refused = given.confirm()
    assert "MAIL_KEY is new, so it needs an allowed host." in words(refused)
    given.hosts = {1: "https://api.example.com/x"}
    assert "Did you mean api.example.com?" in words(given.confirm())
    given.hosts = {1: ""}
    assert given.confirm(host="none").status_code == 302
    assert BatchItem.objects.get().domain == ""


def test_the_host_that_a_name_has_elsewhere_is_proposed(
    client_for: ClientFor, universe: Universe, emulator: Emulator, api_key: ApiKey
) -> None:
    _, second = add_universe(emulator, api_key)
    given = Import(client_for("admin"), "PAY_KEY=x1\nPAY_WEBHOOK=x2\nSIGNING_SEED=x3\n", second)
    told = words(given.preview())
    assert given.hosts == {1: "api.pay.example", 2: "*", 3: "none"}
    assert "It can be sent to any host" in told


def test_another_host_in_the_file_changes_none_and_that_is_told(
    client_for: ClientFor, universe: Universe
) -> None:
    given = Import(client_for("editor"), "# Allowed host: api.new.example\nPAY_KEY=x1\n", universe)
    assert "An import doesn’t change that" in words(given.preview())
    same = Import(client_for("editor"), "# Allowed host: API.pay.example\nPAY_KEY=x1\n", universe)
    assert "doesn’t change that" not in words(same.preview())
    given.confirm()
    assert BatchItem.objects.get().domain == "api.pay.example"


def test_rows_that_are_doubtful_twice_or_refused_are_not_ticked(
    client_for: ClientFor, universe: Universe
) -> None:
    text = "A1=fine\nB1= two #x\nC1=1\nC1=2\nd-1=x\nE1=\npay_key=x1\n"
    given = Import(client_for("editor"), text, universe)
    told = words(given.preview())
    assert given.ticked == [1]
    assert "7 rows for 1 universe: 1 ready, 4 to check, 2 refused." in told
    assert "Line 4 has the same name with another value. Tick one of them." in told
    assert "Did you mean d_1?" in told
    assert "has a secret named PAY_KEY, which differs only" in told
    given.ticked = [3, 4]
    assert "C1 is ticked twice." in words(given.confirm(host="*"))
    given.ticked = [5]
    assert "a row was ticked that can’t be imported" in words(given.confirm(host="*"))
    given.ticked = []
    assert "tick the rows that are to be imported" in words(given.confirm(host="*"))
    given.ticked = [1, 2, 4, 7]
    assert given.confirm(host="*").status_code == 302
    assert set(BatchItem.objects.values_list("name", flat=True)) == {"A1", "B1", "C1", "pay_key"}


def test_what_one_has_no_right_to_is_refused_in_its_row(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.EDITOR, "MAIL_*"))
    given = Import(client_for("stranger"), TWO, universe)
    told = words(given.preview())
    assert "You can’t create PAY_KEY." in told
    assert given.ticked == [2]
    rotator = Import(client_for("rotator"), TWO, universe)
    assert "You can’t create MAIL_KEY." in words(rotator.preview())
    assert rotator.ticked == [1]


def test_a_right_that_ended_since_the_preview_imports_nothing(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    given = Import(client_for("editor"), TWO, universe)
    given.preview()
    cast["editor"].user.grants.update(role=Role.VIEWER)
    assert given.confirm().status_code == 403
    assert not Batch.objects.exists()


def test_what_was_changed_outside_is_to_be_reviewed_first(
    client_for: ClientFor, universe: Universe
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(drifted_at=universe.synced_at)
    given = Import(client_for("editor"), "PAY_KEY=x1\n", universe)
    assert "It was changed outside Sealroom" in words(given.preview())
    assert list(given.ticked) == []


def test_a_protected_universe_makes_proposals(client_for: ClientFor, universe: Universe) -> None:
    protect(universe)
    assert "Will be rotated Proposal" in words(
        Import(client_for("editor"), TWO, universe).preview()
    )


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"universe": []}, "Choose at least one universe."),
        ({"universe": ["1"]}, "This universe isn’t in Sealroom, or you don’t have access to it."),
        ({"universe": ["x"]}, "A universe id is a whole number"),
        ({"format": "json"}, "This isn’t JSON"),
        ({"reason": "x" * 501}, "Keep it to 500 characters"),
        ({"reason": "\x00"}, "Null characters are not allowed"),
    ],
)
def test_what_is_not_right_is_told_and_nothing_is_imported(
    client_for: ClientFor, universe: Universe, fields: dict[str, Any], sentence: str
) -> None:
    answer = Import(client_for("editor"), TWO, universe, **fields).preview()
    assert answer.status_code == 422
    assert sentence in words(answer)


def test_a_file_or_text_is_needed_and_not_both(client_for: ClientFor, universe: Universe) -> None:
    client, sent = client_for("editor"), {"universe": str(universe.pk), "step": "preview"}
    assert "Choose a file, or paste the text." in words(client.post(ADDRESS, sent))
    both = sent | {"text": "A=1", "file": SimpleUploadedFile("a.env", b"A=1")}
    assert "Choose a file or paste text, not both." in words(client.post(ADDRESS, both))


def test_a_file_that_is_too_large_is_refused_and_never_written(
    client_for: ClientFor, universe: Universe
) -> None:
    answer = Import(client_for("editor"), b"A=1\n" * 2_500_000, universe).preview()
    assert answer.status_code == 422
    assert "an import can have 1 MB" in words(answer)


@pytest.mark.long
def test_as_much_as_can_be_imported_is_read(client_for: ClientFor, universe: Universe) -> None:
    names = [f"{'N' * 60}{each:03}" for each in range(490)]
    text = "".join(f"{name}='{'v1' * 512}'\n" for name in names)
    given = Import(client_for("editor"), text, universe)
    assert "490 ready" in words(given.preview())
    given.hosts = dict.fromkeys(given.hosts, "api.example.com")
    assert given.confirm().status_code == 302
    assert Batch.objects.get().size == 490


def test_more_text_than_a_form_can_have_is_refused_with_what_to_do(
    client_for: ClientFor, universe: Universe
) -> None:
    answer = Import(client_for("editor"), "A=1\n" * 20_000, universe, as_file=False).preview()
    assert answer.status_code == 400
    assert "Save it as a file, and choose that." in words(answer)


def test_the_list_of_secrets_leads_to_it_with_its_universe_chosen(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client = client_for("editor")
    leads = f"{ADDRESS}?universe={universe.pk}"
    assert f'href="{leads}">Import</a>' in body(client.get(address_of("universe")))
    assert f'value="{universe.pk}"' in body(client.get(leads)).split("checked")[0]
    assert f'href="{leads}"' not in body(client_for("viewer").get(address_of("universe")))
    assert client.get(f"{ADDRESS}?universe=x").status_code == 200
    assert client.get(f"{ADDRESS}?universe=1").status_code == 404


def test_where_there_are_many_universes_others_are_named_by_their_ids(
    client_for: ClientFor, universe: Universe, api_key: ApiKey
) -> None:
    more = [Universe(pk=10**9 + each, name=f"Game {each}", api_key=api_key) for each in range(14)]
    Universe.objects.bulk_create(more)
    given = Import(client_for("admin"), TWO, universe, others=f"{more[-1].pk}, {more[-2].pk}")
    assert "2 rows for 3 universes" in words(given.preview())
    refused = Import(client_for("admin"), TWO, universe, others="1").preview()
    assert "This universe isn’t in Sealroom" in words(refused)
    too_many = Import(client_for("admin"), TWO, *more * 3)
    assert "2 rows for 14 universes" in words(too_many.preview())


def test_the_empty_env_of_an_export_comes_back_once_it_is_filled_in(
    client_for: ClientFor, address_of: AddressOf, universe: Universe
) -> None:
    client = client_for("editor")
    exported = body(client.post(f"{address_of('universe')}export/", {"format": "env"}))
    assert "3 refused" in words(Import(client, exported, universe).preview())
    filled = exported.replace("=\n", "=new-value\n")
    given = Import(client, filled, universe)
    assert "3 ready" in words(given.preview())
    Secret.objects.all().delete()
    given.preview()
    assert given.hosts == {1: "api.pay.example", 2: "*", 3: "none"}
