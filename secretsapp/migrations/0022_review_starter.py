"""Who started a review, which a review that comes back asks about again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0021_proposed_details"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="starter",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
