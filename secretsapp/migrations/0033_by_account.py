"""Who put someone into a team or changed access last, by account: an address may change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0032_new_sign_ins"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="adder",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="added_memberships",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="changer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="changed_grants",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
