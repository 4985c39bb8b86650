"""An index of the changes that can't be settled, of which there are few among all changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0029_audit_archive"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("state", "undetermined")),
                fields=["settled_at"],
                name="change_undetermined",
            ),
        ),
    ]
