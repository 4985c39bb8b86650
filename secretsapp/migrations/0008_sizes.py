"""What keeps pages quick with a thousand universes: indexes of what is looked up."""

from django.db import migrations, models
from django.db.models.functions import Cast


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0005_key_verdicts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                "person", Cast("universe", models.CharField()), name="grant_by_text"
            ),
        ),
    ]
