"""What the database narrows to is exactly what the rights allow."""

from itertools import combinations

import pytest

from secretsapp.core.roles import Permission, Role
from secretsapp.models import ApiKey, AuditEvent, Secret, Universe
from secretsapp.rules.listable import narrowed
from secretsapp.rules.policy import Holding, Rights

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

NAMES = ["PAY_KEY", "PAY_WEBHOOK", "pay_key", "PAYX", "PAY", "SIGNING_SEED"]
SCOPES = [(None, ""), (None, "PAY*"), (1, ""), (1, "PAY_*"), (1, "PAY"), (2, "pay*"), (2, "PAY%*")]


def test_the_database_lists_what_the_rights_allow() -> None:
    api_key = ApiKey.objects.create(name="automation", encrypted_value=b"-")
    universes = [Universe(id=number, name="Harbor", api_key=api_key) for number in (1, 2)]
    Universe.objects.bulk_create(universes)
    Secret.objects.bulk_create(
        Secret(universe=each, name=name) for each in universes for name in NAMES
    )
    for scopes in [(), *combinations(SCOPES, 1), *combinations(SCOPES, 2)]:
        rights = Rights(tuple(Holding(Role.VIEWER, *scope, None) for scope in scopes))
        assert set(narrowed(Secret.objects.all(), rights)) == {
            secret
            for secret in Secret.objects.all()
            if rights.allows(Permission.LIST_SECRETS, secret.universe_id, secret.name)
        }


def test_events_are_narrowed_by_their_own_column(universe: Universe) -> None:
    about_harbor = AuditEvent.objects.filter(universe_id=str(universe.pk))
    for universe_id, count in ((universe.pk, about_harbor.count()), (77, 0)):
        rights = Rights((Holding(Role.VIEWER, universe_id, "", None),))
        found = narrowed(AuditEvent.objects.all(), rights, name="secret_name")
        assert found.count() == count
