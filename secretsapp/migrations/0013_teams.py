"""Teams; grants of several patterns, to people or teams, in wider places, and who gave them."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

ENVIRONMENTS = [
    ("production", "Production"),
    ("staging", "Staging"),
    ("development", "Development"),
    ("", "No environment"),
]


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0012_change_of_actor")]

    operations = [
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"), name="team_name_unique"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("added_by", models.CharField(max_length=254)),
                ("added_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="secretsapp.user",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="secretsapp.team",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "team"), name="membership_unique")
                ],
            },
        ),
        migrations.CreateModel(
            name="GrantPattern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("pattern", models.CharField(blank=True, max_length=65)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="patterns",
                        to="secretsapp.grant",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("grant", "pattern"), name="grant_pattern_unique"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="grant",
            name="team",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="grants",
                to="secretsapp.team",
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="environment",
            field=models.CharField(blank=True, choices=ENVIRONMENTS, default="", max_length=20),
        ),
        migrations.AddField(
            model_name="grant",
            name="owner",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="grant",
            name="giver",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="given_grants",
                to="secretsapp.user",
            ),
        ),
        migrations.AlterField(
            model_name="grant",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="grants",
                to="secretsapp.user",
            ),
        ),
        migrations.RemoveConstraint(model_name="grant", name="admin_is_everywhere"),
        migrations.RemoveConstraint(model_name="grant", name="grant_unique"),
        migrations.RemoveConstraint(model_name="grant", name="grant_of_all_unique"),
    ]
