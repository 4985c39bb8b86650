"""Single sign-on from the shell: disconnected, and the way back in without it."""

from secretsapp.models import Identity
from tests.shell.conftest import Shell
from tests.stage import Cast
from tests.support.identities_of_people import give_identity


def test_accounts_at_providers_are_disconnected_once(shell: Shell, cast: Cast) -> None:
    give_identity(cast["viewer"].user)
    said = shell.run("disconnect_sign_on", "viewer@example.com")
    assert said.output.startswith("Disconnected single sign-on of viewer@example.com")
    assert not Identity.objects.exists()
    said = shell.run("disconnect_sign_on", "viewer@example.com", "--json")
    assert said.json == {"email": "viewer@example.com", "disconnected": False}


def test_who_does_not_manage_people_disconnects_nobody(shell: Shell, cast: Cast) -> None:
    give_identity(cast["viewer"].user)
    refused = shell.refuse("disconnect_sign_on", "viewer@example.com", "--as", "editor@example.com")
    assert refused
    assert Identity.objects.exists()
