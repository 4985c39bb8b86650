"""Reviews of access: which grants are looked at again, and what came of each."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0015_grant_patterns"),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_by", models.CharField(max_length=254)),
                ("started_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("ends_unanswered", models.BooleanField()),
                ("every_months", models.PositiveSmallIntegerField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "universe",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reviews",
                        to="secretsapp.universe",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReviewItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("said", models.CharField(max_length=400)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not answered"),
                            ("kept", "Kept"),
                            ("shortened", "Shortened"),
                            ("ended", "Revoked"),
                            ("changed", "Changed meanwhile"),
                            ("marked", "Not answered in time"),
                        ],
                        max_length=10,
                    ),
                ),
                ("answered_by", models.CharField(blank=True, max_length=254)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "grant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="review_items",
                        to="secretsapp.grant",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="secretsapp.review",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Coalesce("universe", 0),
                condition=models.Q(("closed_at__isnull", True)),
                name="review_open_one",
            ),
        ),
        migrations.AddIndex(
            model_name="reviewitem",
            index=models.Index(fields=["review", "answer"], name="review_item_by_answer"),
        ),
    ]
