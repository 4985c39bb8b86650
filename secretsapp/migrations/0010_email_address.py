"""The name of a person's address as passwords are compared with it; the database stays as it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("secretsapp", "0009_secret_counted")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="email",
            field=models.EmailField(max_length=254, unique=True, verbose_name="email address"),
        ),
    ]
