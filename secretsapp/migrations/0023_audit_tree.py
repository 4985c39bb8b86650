"""The Merkle tree over the audit log, and the checkpoints that were signed of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0022_review_starter"),
    ]

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("note", models.TextField()),
                ("key_id", models.CharField(max_length=16)),
                ("verifier", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="AuditSubtree",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("place", models.BigIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("level", "place"), name="audit_subtree_is_single"
                    )
                ],
            },
        ),
    ]
