"""Mail that waits for the worker, and an index by which grants that are about to expire are found."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0016_reviews")]

    operations = [
        migrations.CreateModel(
            name="OutgoingMail",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("about", models.TextField(default="{}")),
                ("key", models.CharField(blank=True, max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dropped", "Dropped"),
                            ("given_up", "Given Up"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("queued_at", models.DateTimeField()),
                ("tried", models.PositiveIntegerField(default=0)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["queued_at"], condition=Q(state="waiting"), name="mail_waiting"
                    ),
                    models.Index(
                        fields=["address"], condition=~Q(address=""), name="mail_of_address"
                    ),
                    models.Index(fields=["ended_at"], name="mail_ended"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["kind", "key"], condition=~Q(key=""), name="mail_once"
                    ),
                    models.CheckConstraint(
                        condition=Q(person__isnull=True) & ~Q(address="")
                        | Q(person__isnull=False, address=""),
                        name="mail_to_one",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                fields=["until"], condition=Q(until__isnull=False), name="grant_until"
            ),
        ),
    ]
