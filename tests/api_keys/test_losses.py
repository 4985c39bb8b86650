"""Access by OAuth is looked at like keys: renewed while idle, and told when it is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import READ_SECRETS, Emulator, faults
from secretsapp.api_keys import end_warnings, key_listing, looking, losses
from secretsapp.core import actor as actors
from secretsapp.core.key_findings import KeyFinding
from secretsapp.core.key_verdicts import KeyVerdict
from secretsapp.models import ApiKey, OAuthAccess, OutgoingMail, Universe
from tests.post_office import PostOffice
from tests.stage import STAGEHAND, Cast
from tests.support.connected import (
    NAME,
    TOKEN,
    connect,
    connect_again,
    let_access_end,
    refreshes,
    set_up_app,
    use_for,
)
from tests.support.together import together
from tests.support.watch import Watch, detail

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

LOOKER = actors.system("keys")


@pytest.fixture
def connected(emulator: Emulator, universe: Universe, settings: Settings) -> ApiKey:
    """What Harbor is opened with, connected by OAuth; nothing else is stored."""
    set_up_app(emulator, settings)
    api_key = connect()
    use_for(universe, api_key)
    ApiKey.objects.exclude(pk=api_key.pk).delete()
    emulator.clear_requests()
    return api_key


def lose(emulator: Emulator) -> None:
    """Let the person take it back at Roblox, and Sealroom find that out."""
    emulator.oauth.revoke_all()
    let_access_end(emulator)
    looking.look_due(LOOKER)


def kinds() -> list[KeyFinding]:
    """What is wrong, as its page says."""
    view = key_listing.view(STAGEHAND, ApiKey.objects.get().pk)
    return [finding.kind for finding in view.findings]


def test_the_daily_look_renews_what_nobody_uses(
    emulator: Emulator, connected: ApiKey, universe: Universe
) -> None:
    universe.delete()
    let_access_end(emulator)
    assert looking.look_due(LOOKER) == [connected]
    assert len(refreshes(emulator)) == 1
    ends_at = ApiKey.objects.get().ends_at
    assert ends_at is not None
    assert ends_at > timezone.now() + timedelta(days=90)


def test_the_daily_look_reads_for_real_and_asks_what_was_granted(
    emulator: Emulator, connected: ApiKey
) -> None:
    looking.look_due(LOOKER)
    paths = [request.path for request in emulator.requests]
    assert f"{TOKEN}/introspect" in paths
    assert f"{TOKEN}/resources" in paths
    assert ApiKey.objects.get().check_verdict == KeyVerdict.OPENS
    assert kinds() == []


def test_a_loss_is_told_once_with_its_reason_and_by_mail(
    emulator: Emulator, connected: ApiKey, cast: Cast, post_office: PostOffice
) -> None:
    watch = Watch()
    lose(emulator)
    assert losses.tell_lost(LOOKER) == [connected]
    assert losses.tell_lost(LOOKER) == []
    assert watch.tags == ["api_key.lost", "api_key.failing"]
    assert detail(watch.events[0]) == {"reason": "revoked"}
    assert OutgoingMail.objects.filter(kind="api_key_fails").count() == 1
    assert kinds() == [KeyFinding.FAILS]
    (finding,) = key_listing.view(STAGEHAND, connected.pk).findings
    assert "no longer accepts this connection" in finding.sentence
    assert finding.cure == "Select Connect again, and grant access once more."


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_tells(emulator: Emulator, connected: ApiKey) -> None:
    lose(emulator)
    watch = Watch()
    told = together(*[lambda: losses.tell_lost(LOOKER)] * 4)
    assert (told.count([]), told.count([connected])) == (3, 1)
    assert watch.tags == ["api_key.lost", "api_key.failing"]


def test_connected_again_it_works_again_and_a_later_loss_is_told_too(
    emulator: Emulator, connected: ApiKey
) -> None:
    lose(emulator)
    losses.tell_lost(LOOKER)
    watch = Watch()
    connect_again(connected)
    assert watch.tags == ["api_key.working", "api_key.reconnected"]
    ApiKey.objects.update(look_due_at=None)
    lose(emulator)
    assert losses.tell_lost(LOOKER) == [connected]


def test_its_end_is_warned_of_where_it_could_not_be_renewed(
    emulator: Emulator, connected: ApiKey
) -> None:
    ApiKey.objects.update(ends_at=timezone.now() + timedelta(days=6))
    watch = Watch()
    end_warnings.warn_due(LOOKER)
    assert watch.tags == ["api_key.ending"]
    assert kinds() == [KeyFinding.ENDS_SOON]
    let_access_end(emulator)
    looking.look_due(LOOKER)
    assert kinds() == []


def test_a_missing_scope_is_found_and_says_to_connect_again(
    emulator: Emulator, connected: ApiKey
) -> None:
    emulator.oauth.authorizations[-1].scopes = frozenset({READ_SECRETS})
    looking.look_due(LOOKER)
    assert KeyFinding.LACKS_WRITE in kinds()
    view = key_listing.view(STAGEHAND, connected.pk)
    assert view.missing_scopes == ["universe.secret:write"]
    assert all("Enable Key" not in finding.cure for finding in view.findings)


def test_it_is_not_unused_by_the_rule_of_keys(connected: ApiKey) -> None:
    ApiKey.objects.update(created_at=timezone.now() - timedelta(days=50), used_at=None)
    assert KeyFinding.UNUSED not in kinds()


def test_a_look_while_roblox_is_away_changes_nothing_that_is_known(
    emulator: Emulator, connected: ApiKey
) -> None:
    looking.look_due(LOOKER)
    ApiKey.objects.update(look_due_at=None)
    let_access_end(emulator)
    emulator.inject(faults.status(503), path=TOKEN)
    looking.look_due(LOOKER)
    stored = ApiKey.objects.get()
    assert stored.check_verdict == KeyVerdict.OPENS
    assert "no usable answer" in stored.look_failure
    assert OAuthAccess.objects.get().lost_at is None
    assert stored.name == NAME


def test_an_app_that_roblox_does_not_know_is_told_once_and_loses_nothing(
    emulator: Emulator, connected: ApiKey, settings: Settings
) -> None:
    right, settings.ROBLOX_APP_SECRET = settings.ROBLOX_APP_SECRET, "RBX-another"
    let_access_end(emulator)
    watch = Watch()
    for _ in range(2):
        ApiKey.objects.update(look_due_at=None)
        looking.look_due(LOOKER)
    assert watch.tags == ["api_key.failing"]
    (finding,) = key_listing.view(STAGEHAND, connected.pk).findings
    assert "doesn’t know Sealroom’s app" in finding.sentence
    settings.ROBLOX_APP_SECRET = right
    ApiKey.objects.update(look_due_at=None)
    looking.look_due(LOOKER)
    assert watch.tags == ["api_key.failing", "api_key.working"]
