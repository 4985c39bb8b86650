"""A value that the server makes for the form: whom it is made for, and that it is made once."""

import pytest
from django.test import Client

from secretsapp.models import AuditEvent
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words

HTMX = {"HX-Request": "true"}
SENT = {"generate-length": "40", "generate-alphabet": "hex"}


def test_a_value_is_answered_as_bare_text_and_each_time_another(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client, events = client_for("editor"), AuditEvent.objects.count()
    address = address_of("secret_create_value")
    answers = [client.post(address, SENT, headers=HTMX) for _ in range(2)]
    values = [body(answer) for answer in answers]
    assert values[0] != values[1]
    for answer, value in zip(answers, values, strict=True):
        assert len(value) == 40
        assert set(value) <= set("0123456789abcdef")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
    assert AuditEvent.objects.count() == events
    # It is no part of a page, whoever asks for one.
    assert client.post(address, SENT).headers["Location"] == address_of("secret_create")
    page = body(client.get(address_of("secret_create")))
    assert f'hx-post="{address}"' in page
    assert "<noscript>" in page


@pytest.mark.parametrize("changed", [{"generate-length": "15"}, {"generate-length": "1e9"}, {}])
def test_what_will_not_do_is_said(
    client_for: ClientFor, address_of: AddressOf, changed: dict[str, str]
) -> None:
    address = address_of("secret_rotate_value", "PAY_KEY")
    sent = {"generate-alphabet": "hex"} | changed
    answer = client_for("rotator").post(address, sent, headers=HTMX)
    assert (answer.status_code, words(answer)) == (422, "Choose a length from 16 to 1,024.")


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        ("rotator", "secret_rotate_value", 200),
        ("rotator", "secret_create_value", 403),
        ("viewer", "secret_rotate_value", 403),
        ("stranger", "secret_rotate_value", 404),
    ],
)
def test_it_is_made_for_who_could_save_it(
    client_for: ClientFor, address_of: AddressOf, role: str, page: str, status: int
) -> None:
    name = ["PAY_KEY"] if "rotate" in page else []
    answer = client_for(role).post(address_of(page, *name), SENT, headers=HTMX)
    assert answer.status_code == status


def test_no_other_site_can_ask_for_one(client_for: ClientFor, address_of: AddressOf) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_for("editor").cookies
    assert client.post(address_of("secret_create_value"), SENT, headers=HTMX).status_code == 403
