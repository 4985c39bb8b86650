"""Two admins who act against each other at once: one of them is refused, on both engines."""

from collections.abc import Callable

import pytest

from secretsapp.access import grants
from secretsapp.core.errors import Forbidden, LastAdmin
from secretsapp.core.roles import Role
from secretsapp.models import Grant, User
from secretsapp.people import accounts
from tests.granting import Terms
from tests.stage import Person, engage
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Act = Callable[[Person, Person], None]


def revoke(who: Person, whom: Person) -> None:
    """Revoke the other's grant."""
    grants.revoke_all(who.actor, whom.user, None)


def lower(who: Person, whom: Person) -> None:
    """Make the other a viewer."""
    grants.give(who.actor, whom.user, None, Terms(Role.VIEWER))


def disable(who: Person, whom: Person) -> None:
    """Disable the other's account."""
    accounts.disable(who.actor, whom.user)


@pytest.mark.parametrize(
    ("first", "second"),
    [(revoke, revoke), (disable, disable), (revoke, disable), (lower, disable)],
)
def test_an_admin_is_left(first: Act, second: Act) -> None:
    one, two = engage("one", admin=True), engage("two", admin=True)
    done = together(lambda: first(one, two), lambda: second(two, one))
    refused = [found for found in done if found is not None]
    assert [type(found) in (LastAdmin, Forbidden) for found in refused] == [True]
    left = Grant.objects.filter(role=Role.ADMIN, person__is_active=True)
    assert left.count() == 1


def test_admins_who_leave_at_once_do_not_all_leave() -> None:
    everybody = [engage(name, admin=True) for name in ("one", "two", "three")]
    together(*[lambda who=who: revoke(who, who) for who in everybody])
    assert Grant.objects.filter(role=Role.ADMIN).count() == 1
    assert User.objects.count() == 3
