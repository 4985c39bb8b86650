"""Accounts at providers of single sign-on that sign people in."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0034_accounts_found"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="connects_by_address",
            field=models.BooleanField(default=True),
        ),
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=255)),
                ("shown", models.CharField(max_length=100)),
                ("bound", models.BinaryField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identities",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("issuer", "subject"), name="identity_unique"),
                    models.UniqueConstraint(fields=("person", "issuer"), name="identity_of_person"),
                ],
            },
        ),
    ]
