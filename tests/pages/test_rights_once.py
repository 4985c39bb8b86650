"""A page asks for the rights of whoever looks at it once, and each request again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secretsapp.models import Grant
from tests.pages.conftest import AddressOf, ClientFor

pytestmark = pytest.mark.django_db

PAGES = ["/", "/search/?q=PAY", "/audit/", "universe", "secret"]
# Before these are shown someone is let in, or turned away.
PAGES_OF_FORMS = ["universe_settings", "secret_create", "secret_rotate", "secret_delete"]
NAMING_A_SECRET = {"secret", "secret_rotate", "secret_delete"}


@pytest.fixture
def page(address_of: AddressOf, request: pytest.FixtureRequest) -> str:
    """The address of the page that is asked for."""
    name: str = request.param
    if "/" in name:
        return name
    return address_of(name, "PAY_KEY") if name in NAMING_A_SECRET else address_of(name)


def questions(captured: CaptureQueriesContext) -> int:
    """How many of the queries ask what someone may do, which begins with the roles they have.

    Others ask grants about their own rows, or list those that end soon.
    """
    return sum(query["sql"].startswith('SELECT "secretsapp_grant"."role"') for query in captured)


@pytest.mark.parametrize("who", ["admin", "auditor", "manager"])
@pytest.mark.parametrize("page", PAGES, indirect=True)
def test_a_page_asks_for_grants_once(client_for: ClientFor, page: str, who: str) -> None:
    client = client_for(who)
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        assert questions(captured) == 1


@pytest.mark.parametrize("page", [*PAGES_OF_FORMS, "/api-keys/", "/guide/"], indirect=True)
def test_who_is_let_in_to_a_form_is_asked_for_once(client_for: ClientFor, page: str) -> None:
    client = client_for("admin")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    assert questions(captured) == 1


@pytest.mark.parametrize("page", ["universe", "secret"], indirect=True)
def test_a_page_shows_nothing_of_what_was_taken_since_the_last(
    client_for: ClientFor, page: str
) -> None:
    client = client_for("viewer")
    assert client.get(page).status_code == 200
    Grant.objects.all().delete()
    assert client.get(page).status_code == 404


def test_a_refused_page_says_whom_to_ask_by_the_same_rights(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client = client_for("viewer")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address_of("secret_rotate", "PAY_KEY")).status_code == 403
    assert questions(captured) == 1
