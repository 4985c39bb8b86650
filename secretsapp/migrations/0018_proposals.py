"""Protected universes, and the changes that are proposed for them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0017_outgoing_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="change",
            name="forced_because",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="change",
            name="proposed_by",
            field=models.CharField(blank=True, default="", max_length=254),
        ),
        migrations.AddField(
            model_name="universe",
            name="protected_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("create", "Create"),
                            ("rotate", "Rotate"),
                            ("delete", "Delete"),
                            ("unprotect", "Unprotect"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("withdrawn", "Withdrawn"),
                            ("lapsed", "Lapsed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=64)),
                ("domain", models.CharField(blank=True, max_length=253)),
                ("seen_domain", models.CharField(blank=True, max_length=253)),
                ("seen_version", models.CharField(blank=True, max_length=40)),
                ("box", models.TextField(blank=True)),
                ("key_id", models.CharField(blank=True, max_length=64)),
                ("key_fingerprint", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("why", models.TextField(blank=True)),
                ("proposed_at", models.DateTimeField()),
                ("lapses_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("remark", models.TextField(blank=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "universe",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proposals",
                        to="secretsapp.universe",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["universe", "proposed_at"], name="proposal_of_universe"),
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["lapses_at"],
                        name="proposal_waiting",
                    ),
                ],
            },
        ),
    ]
