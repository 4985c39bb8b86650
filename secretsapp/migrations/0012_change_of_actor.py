"""An index by which the changes of a person are found when they leave."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0011_no_environment")]

    operations = [
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["actor_id", "started_at"], name="change_of_actor"),
        ),
    ]
