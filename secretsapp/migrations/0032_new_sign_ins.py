"""Sign-ins from new devices, codes to say that one wasn't oneself, and codes for an address."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("secretsapp", "0031_required_factors"),
    ]

    operations = [
        migrations.CreateModel(
            name="NewSignIn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device", models.CharField(max_length=40)),
                ("browser", models.CharField(blank=True, max_length=40)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="new_sign_ins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="onetimecode", name="code_of_person"),
        migrations.AddField(
            model_name="onetimecode",
            name="address",
            field=models.CharField(blank=True, default="", max_length=254),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="onetimecode",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("claim", "Claim"),
                    ("password", "Password"),
                    ("mail", "Mail"),
                    ("not_me", "Not Me"),
                    ("address", "Address"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="onetimecode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("purpose__in", ("mail", "not_me")), _negated=True),
                fields=("purpose", "person"),
                name="code_of_person",
            ),
        ),
    ]
