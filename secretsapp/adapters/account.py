"""What allauth may do here: sign people in, and nothing that makes an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from secretsapp.adapters import limits
from secretsapp.adapters.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter with sign-up closed: accounts are made by admins."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "Email or password is incorrect.",
    }

    def get_login_stages(self) -> list[str]:
        """What stands between a right password and a session."""
        return ["secretsapp.adapters.second_factors.SecondFactorStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: as JSON a form would be given back with the password that was typed."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether a sign-in may lead there; what is no address at all would be an error below."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by."""
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """The person with that address and password, or None.

        No account has an address with another letter than ASCII's, but for some databases an `i`
        without its dot is an `i`: each spelling would be a limit of its own.
        """
        email = str(credentials.get("email") or "")
        found: AbstractBaseUser | None = super().authenticate(
            request, **credentials | {"email": email if email.isascii() else ""}
        )
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, which a right password takes back; ValidationError for too many."""
        self._login_failed_rl_usage = limits.take_password(request, credentials["email"])
        if self._login_failed_rl_usage is None:
            wait = limits.in_words(limits.wait(request))
            raise ValidationError(f"Too many failed attempts. Wait {wait} and try again.")
