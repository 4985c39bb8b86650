"""The addresses of the product, and what may stand in their places."""

from django.urls import path, register_converter

from secretsapp.core.rules import NAME_LIMIT, UNIVERSE_ID_LIMIT
from secretsapp.views import accounts, audit, changes, secrets, universes


class UniverseIdConverter:
    """A universe id that the database can hold."""

    regex = r"[1-9][0-9]{0,18}"

    def to_python(self, text: str) -> int:
        """The id; a ValueError makes the address one that does not exist."""
        number = int(text)
        if number > UNIVERSE_ID_LIMIT:
            raise ValueError("A universe id has 64 bits.")
        return number

    def to_url(self, universe_id: int) -> str:
        """The id in digits."""
        return str(universe_id)


class SecretNameConverter:
    """The name of a secret as Roblox allows it."""

    regex = rf"[A-Za-z0-9_]{{1,{NAME_LIMIT}}}"

    def to_python(self, text: str) -> str:
        """The name itself."""
        return text

    def to_url(self, name: str) -> str:
        """The name itself."""
        return name


register_converter(UniverseIdConverter, "universe_id")
register_converter(SecretNameConverter, "secret_name")

UNIVERSE = "universes/<universe_id:universe_id>/"
SECRET = f"{UNIVERSE}secrets/<secret_name:name>/"

urlpatterns = [
    path("", universes.home, name="home"),
    path("sign-in/", accounts.sign_in, name="account_login"),
    path("sign-in/disabled/", accounts.disabled, name="account_inactive"),
    path("sign-out/", accounts.sign_out, name="account_logout"),
    path("audit/", audit.log, name="audit"),
    path(UNIVERSE, universes.universe, name="universe"),
    path(f"{UNIVERSE}refresh/", universes.refresh, name="universe_refresh"),
    # Not among the secrets: one of them may be named `new`, and none has a hyphen.
    path(f"{UNIVERSE}new-secret/", changes.create, name="secret_create"),
    path(SECRET, secrets.secret, name="secret"),
    path(f"{SECRET}rotate/", changes.rotate, name="secret_rotate"),
    path(f"{SECRET}delete/", changes.delete, name="secret_delete"),
    path(f"{SECRET}details/", secrets.details, name="secret_details"),
]
