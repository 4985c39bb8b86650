"""Of whom a second factor is required, from when on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0030_change_undetermined"),
    ]

    operations = [
        migrations.CreateModel(
            name="RequiredFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("admin", "Admin"),
                            ("manager", "Manager"),
                            ("editor", "Editor"),
                            ("rotator", "Rotator"),
                            ("viewer", "Viewer"),
                            ("auditor", "Auditor"),
                        ],
                        max_length=10,
                        unique=True,
                    ),
                ),
                ("since", models.DateTimeField()),
            ],
        ),
    ]
