"""The words for a universe without an environment; nothing changes in the database."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0010_email_address")]

    operations = [
        migrations.AlterField(
            model_name="universe",
            name="environment",
            field=models.CharField(
                blank=True,
                choices=[
                    ("production", "Production"),
                    ("staging", "Staging"),
                    ("development", "Development"),
                    ("", "No environment"),
                ],
                default="",
                max_length=20,
            ),
        ),
    ]
