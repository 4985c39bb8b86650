"""Channels, by which others are told of events, and the log of what was delivered to them."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0027_witnesses"),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=100, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("discord", "Discord"),
                            ("slack", "Slack"),
                            ("webhook", "Webhook"),
                            ("email", "Email"),
                            ("syslog", "Syslog"),
                        ],
                        max_length=10,
                    ),
                ),
                ("encrypted_target", models.BinaryField()),
                ("shown", models.CharField(max_length=254)),
                ("rule", models.TextField(default="{}")),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("at_once", "At once"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                        ],
                        default="at_once",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("on", "On"), ("off", "Off"), ("paused", "Paused")],
                        default="on",
                        max_length=10,
                    ),
                ),
                ("why", models.TextField(blank=True)),
                ("position", models.BigIntegerField()),
                ("failing_since", models.DateTimeField(null=True)),
                ("tried_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("count", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Failing"),
                            ("sent", "Delivered"),
                            ("skipped", "Skipped"),
                            ("failed", "Failed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveIntegerField(default=1)),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("is_test", models.BooleanField(default=False)),
                ("began_at", models.DateTimeField()),
                ("tried_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "channel",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="secretsapp.channel",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["channel", "id"], name="delivery_of_channel"),
                    models.Index(fields=["ended_at"], name="delivery_ended"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("channel",),
                        name="delivery_one_waits",
                    )
                ],
            },
        ),
    ]
