"""Tells Django of the app; starting it reads no key and opens no connection."""

from importlib import import_module

from django.apps import AppConfig


class SecretsAppConfig(AppConfig):
    """The one app of the product."""

    name = "secretsapp"
    verbose_name = "Sealroom"

    def ready(self) -> None:
        """Connect the receivers of third parties' signals, and the system checks."""
        import_module("secretsapp.adapters.signals")
        import_module("secretsapp.adapters.checks")


class SecondFactorsConfig(AppConfig):
    """allauth's tables of second factors; what signs people in loads the rest when it is needed.

    allauth's own configuration loads its adapter at every start, for a sign-up that is closed here.
    """

    name = "allauth.mfa"
    default_auto_field = "django.db.models.BigAutoField"
