"""Finds the accounts of those who put someone into a team or changed access last."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def find_accounts(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Until now an address was what it was, so it says whose account it is."""
    people = apps.get_model("secretsapp", "User").objects
    of_adder = people.filter(email=OuterRef("added_by")).values("pk")[:1]
    of_changer = people.filter(email=OuterRef("given_by")).values("pk")[:1]
    apps.get_model("secretsapp", "Membership").objects.update(adder=Subquery(of_adder))
    apps.get_model("secretsapp", "Grant").objects.update(changer=Subquery(of_changer))


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0033_by_account"),
    ]

    operations = [migrations.RunPython(find_accounts, migrations.RunPython.noop)]
