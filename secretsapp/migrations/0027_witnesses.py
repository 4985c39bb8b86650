"""The witnesses of the audit log, and what they have signed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0026_event_origins"),
    ]

    operations = [
        migrations.CreateModel(
            name="Witness",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True)),
                ("address", models.CharField(max_length=2000)),
                ("verifier", models.CharField(max_length=2200)),
                ("added_at", models.DateTimeField()),
                ("number", models.BigIntegerField(default=0)),
                ("size", models.BigIntegerField(default=0)),
                ("cosigned_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("failure", models.TextField(default="")),
                ("alarm", models.TextField(default="")),
                ("next_try_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
                ("witness", models.CharField(max_length=60)),
                ("verifier", models.CharField(max_length=2200)),
                ("line", models.TextField()),
                ("signed_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("number", "verifier"), name="cosignature_is_single"
                    )
                ],
            },
        ),
    ]
