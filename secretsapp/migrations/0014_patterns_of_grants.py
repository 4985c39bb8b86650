"""The pattern of each grant becomes a row of its own, beside the tables: PostgreSQL wants it so."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def carry_over(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give each grant its pattern as a row of its own, and the person who gave it."""
    grant, pattern = (apps.get_model("secretsapp", name) for name in ("Grant", "GrantPattern"))
    people = dict(apps.get_model("secretsapp", "User").objects.values_list("email", "pk"))
    rows = list(grant.objects.values_list("pk", "pattern", "given_by"))
    pattern.objects.bulk_create(pattern(grant_id=pk, pattern=text) for pk, text, _ in rows)
    for given_by in {giver for _, _, giver in rows} & people.keys():
        grant.objects.filter(given_by=given_by).update(giver_id=people[given_by])


def put_back(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Leave of the grants what one pattern of one person in one place can say, and no more."""
    grant, pattern = (apps.get_model("secretsapp", name) for name in ("Grant", "GrantPattern"))
    grant.objects.exclude(team=None, environment="", owner="").delete()
    first: dict[int, str] = {}
    for pk, text in pattern.objects.order_by("pk").values_list("grant_id", "pattern"):
        first.setdefault(pk, text)
    placed = set()
    for row in grant.objects.order_by("pk"):
        if row.pk not in first or (row.person_id, row.universe_id) in placed:
            row.delete()
            continue
        placed.add((row.person_id, row.universe_id))
        grant.objects.filter(pk=row.pk).update(pattern=first[row.pk])


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0013_teams")]

    operations = [migrations.RunPython(carry_over, put_back)]
