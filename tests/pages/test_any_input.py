"""No input makes a page fail: it is done, or it comes back with a sentence."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.pages.conftest import AddressOf, ClientFor

FORM = "application/x-www-form-urlencoded"
ANSWERED = {200, 302, 400, 422}

# The database and the emulator keep what an example leaves there; no example minds.
anything = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
odd = st.text(max_size=80) | st.sampled_from(["*", "*.", ".", "a..b", "\x00", "\r\n", "x" * 3000])
reaches = st.sampled_from(["any", "host", "never", ""]) | odd


@pytest.fixture
def manager(client_for: ClientFor) -> Client:
    """A session of the manager, in which an exception would come to light."""
    return client_for("manager")


@pytest.mark.long
@anything
@given(name=odd, value=odd, reach=reaches, domain=odd)
def test_create(
    manager: Client, address_of: AddressOf, name: str, value: str, reach: str, domain: str
) -> None:
    sent = {"name": name, "value": value, "reach": reach, "domain": domain}
    assert manager.post(address_of("secret_create"), sent).status_code in ANSWERED


@pytest.mark.long
@anything
@given(value=odd, version=odd, reach=reaches, domain=odd)
def test_rotate(
    manager: Client, address_of: AddressOf, value: str, version: str, reach: str, domain: str
) -> None:
    sent = {"value": value, "version": version, "reach": reach, "domain": domain}
    assert manager.post(address_of("secret_rotate", "PAY_KEY"), sent).status_code in ANSWERED


@pytest.mark.long
@anything
@given(note=odd, owner=odd, typed=odd, version=odd)
def test_details_and_delete(
    manager: Client, address_of: AddressOf, note: str, owner: str, typed: str, version: str
) -> None:
    details = {"note": note, "owner": owner}
    assert manager.post(address_of("secret_details", "PAY_KEY"), details).status_code in ANSWERED
    delete = {"typed": typed, "version": version}
    assert manager.post(address_of("secret_delete", "PAY_KEY"), delete).status_code in ANSWERED


@pytest.mark.long
@anything
@given(universe=odd, person=odd, event=odd, before=odd, search=odd)
def test_queries(
    manager: Client,
    address_of: AddressOf,
    universe: str,
    person: str,
    event: str,
    before: str,
    search: str,
) -> None:
    query = {"universe": universe, "person": person, "event": event, "before": before}
    assert manager.get("/audit/", query).status_code in ANSWERED
    assert manager.get("/audit/", {"person": person}).status_code in ANSWERED
    assert manager.get(address_of("universe"), {"q": search}).status_code in ANSWERED
    assert manager.post(address_of("universe_refresh"), {"q": search}).status_code in ANSWERED


@pytest.mark.long
@anything
@given(body=st.binary(max_size=200))
def test_bodies_that_are_no_form(manager: Client, address_of: AddressOf, body: bytes) -> None:
    for address in (address_of("secret_create"), address_of("secret_rotate", "PAY_KEY")):
        for kind in (FORM, "multipart/form-data; boundary=x", "text/plain; charset=nonsense"):
            answer = manager.generic("POST", address, body, content_type=kind)
            assert answer.status_code in ANSWERED


@pytest.mark.long
@anything
@given(login=odd, password=odd, following=odd)
def test_sign_in(db: None, login: str, password: str, following: str) -> None:
    sent = {"login": login, "password": password, "next": following}
    assert Client().post("/sign-in/", sent).status_code in ANSWERED | {429}
