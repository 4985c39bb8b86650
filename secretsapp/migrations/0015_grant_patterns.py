"""The pattern of a grant is a row of its own now; what holds for all grants is said of them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0014_patterns_of_grants")]

    operations = [
        migrations.RemoveField(model_name="grant", name="pattern"),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=Q(person__isnull=False, team__isnull=True)
                | Q(person__isnull=True, team__isnull=False),
                name="grant_has_one_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=Q(universe__isnull=True, environment="")
                | Q(universe__isnull=True, owner="")
                | Q(environment="", owner=""),
                name="grant_has_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=~Q(role="admin")
                | Q(
                    universe__isnull=True,
                    environment="",
                    owner="",
                    until__isnull=True,
                    team__isnull=True,
                ),
                name="admin_is_everywhere",
            ),
        ),
    ]
