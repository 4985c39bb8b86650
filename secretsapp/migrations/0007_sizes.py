"""What keeps pages quick with a thousand universes: indexes, and what people pinned or opened."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0006_universe_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Shortcut",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_pinned", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                models.F("person"),
                django.db.models.functions.comparison.Cast("universe", models.CharField()),
                name="grant_by_text",
            ),
        ),
        migrations.AddIndex(
            model_name="secret",
            index=models.Index(
                condition=models.Q(
                    ("missing_since__isnull", False), ("drifted_at__isnull", False), _connector="OR"
                ),
                fields=["universe"],
                name="secret_unusual",
            ),
        ),
        migrations.AddField(
            model_name="shortcut",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shortcuts",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="shortcut",
            name="universe",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="shortcuts",
                to="secretsapp.universe",
            ),
        ),
        migrations.AddConstraint(
            model_name="shortcut",
            constraint=models.UniqueConstraint(
                fields=("person", "universe"), name="shortcut_unique"
            ),
        ),
    ]
