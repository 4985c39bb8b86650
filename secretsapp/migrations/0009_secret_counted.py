"""An index by which the first page counts secrets."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("secretsapp", "0008_sign_in"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="secret",
            index=models.Index(
                fields=["universe", "missing_since", "domain", "owner", "update_time"],
                name="secret_counted",
            ),
        ),
    ]
