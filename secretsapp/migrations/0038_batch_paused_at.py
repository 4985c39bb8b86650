"""Since when a batch is paused; for those that are already, that begins now."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def begin_now(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Count from now on."""
    batches = apps.get_model("secretsapp", "Batch").objects
    batches.filter(state="paused", ended_at=None).update(paused_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0037_absences")]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="paused_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(begin_now, migrations.RunPython.noop),
    ]
