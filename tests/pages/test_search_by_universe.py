"""Search in which some of the words stand for the universe that a secret is in."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.home.search import universe_words
from secretsapp.models import Secret, Universe
from tests.granting import Terms
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.pages.searching import ask, hits
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

STAGING = "Harbor Staging Staging"
ACTIONS = ("Rotate", "Create", "Grant")


@pytest.fixture
def staging(universe: Universe) -> Universe:
    """The staging of Harbor, in which only the admin has anything."""
    staging = Universe.objects.create(
        id=78, name="Harbor Staging", api_key=universe.api_key, environment="staging"
    )
    for name, note in (
        ("PAY_WEBHOOK_SEED", ""),
        ("PAY_KEY", "of the harbor"),
        ("SEED", "\nsown for pay"),
    ):
        Secret.objects.create(universe=staging, name=name, domain="*", note=note)
    return staging


def found(client: Client, text: str) -> list[str]:
    """The secrets, each with its universe."""
    of_secrets = [hit for hit in hits(ask(client, text)) if not hit.startswith(ACTIONS)]
    return [hit.partition(" Any host")[0].partition(" api.")[0] for hit in of_secrets]


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("webhook staging", [f"PAY_WEBHOOK_SEED {STAGING}"]),
        ("seed staging", [f"SEED {STAGING}", f"PAY_WEBHOOK_SEED {STAGING}"]),
        ("stag harb seed", [f"SEED {STAGING}", f"PAY_WEBHOOK_SEED {STAGING}"]),
        ("seed arbor", []),
        ("seed st", []),
        ("seed dev", []),
        ("seed prod", ["SIGNING_SEED Harbor Production No requests"]),
        # All words are the name of the universe, which is found itself.
        ("harbor staging", [STAGING]),
    ],
)
def test_words_stand_for_a_universe_or_its_environment(
    client_for: ClientFor, staging: Universe, text: str, secrets: list[str]
) -> None:
    assert found(client_for("admin"), text) == secrets


def test_what_fits_by_itself_comes_first_and_what_fits_is_marked(
    client_for: ClientFor, staging: Universe
) -> None:
    answer = ask(client_for("admin"), "pay harbor")
    assert found(client_for("admin"), "pay harbor") == [
        f"PAY_KEY {STAGING}",
        "PAY_KEY Harbor Production",
        "PAY_WEBHOOK Harbor Production",
        f"PAY_WEBHOOK_SEED {STAGING}",
        f"SEED {STAGING}",
    ]
    assert "<mark>PAY</mark>_KEY" in body(answer)
    assert "<mark>Harbor</mark> Staging" in body(answer)
    assert '<mark><span class="tag' not in body(answer)
    by_environment = ask(client_for("admin"), "seed stag")
    assert "Harbor <mark>Stag</mark>ing" in body(by_environment)
    assert '<mark><span class="tag tag-staging">' in "".join(body(by_environment).split("\n"))
    assert "Rotate PAY_KEY" in " ".join(hits(ask(client_for("admin"), "rotate key stag")))


def test_nobody_finds_more_than_they_may_list_by_a_universe(
    client_for: ClientFor, cast: Cast, universe: Universe, staging: Universe
) -> None:
    assert found(client_for("viewer"), "seed staging") == []
    assert found(client_for("viewer"), "pay staging") == []
    grants.give(STAGEHAND, cast["rotator"].user, staging, Terms(Role.ROTATOR, "PAY_W*"))
    assert found(client_for("rotator"), "seed staging") == [f"PAY_WEBHOOK_SEED {STAGING}"]
    assert found(client_for("stranger"), "pay harbor") == []


def test_the_rest_is_in_the_list_of_the_universe_by_the_words_left(
    client_for: ClientFor,
    staging: Universe,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    Secret.objects.bulk_create(
        Secret(universe=staging, name=f"TOKEN_{number}") for number in range(9)
    )
    admin = client_for("admin")
    answer = ask(admin, "token staging")
    listed = f"/universes/{staging.pk}/?q=token"
    assert f'href="{listed}">4 more in Harbor Staging</a>' in body(answer)
    assert body(admin.get(listed)).count("/secrets/TOKEN_") >= 9
    for text in ("token staging", "rotate token staging", "new rotate harbor statz"):
        with django_assert_max_num_queries(29):
            ask(admin, text)


def test_those_for_which_most_words_stand_are_looked_in_where_there_are_many(
    client_for: ClientFor,
    universe: Universe,
    staging: Universe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(universe_words, "UNIVERSES", 1)
    Universe.objects.create(id=5, name="A", api_key=universe.api_key, environment="staging")
    assert found(client_for("admin"), "harbor seed staging") == [
        f"SEED {STAGING}",
        f"PAY_WEBHOOK_SEED {STAGING}",
    ]


def test_the_names_of_universes_are_read_once_for_whatever_is_looked_for(
    client_for: ClientFor, staging: Universe
) -> None:
    client = client_for("manager")
    ask(client, "access harbor pay")
    with CaptureQueriesContext(connection) as captured:
        ask(client, "access harbor pay")
    told = [each["sql"] for each in captured if 'FROM "secretsapp_universe"' in each["sql"]]
    reading = [sql for sql in told if sql.startswith('SELECT "secretsapp_universe"')]
    assert len(reading) == 1


def test_a_universe_is_found_by_capitals_of_its_own_language(
    client_for: ClientFor, staging: Universe
) -> None:
    Universe.objects.filter(pk=staging.pk).update(name="ÉCLAIR Ärger")
    for text in ("éclair", "ärger éclair", "ÄRGER"):
        assert "ÉCLAIR Ärger" in words(ask(client_for("admin"), text))
