"""What allauth may do here: sign people in, and nothing that makes an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from secretsapp.adapters.addresses import client_address


class AccountAdapter(DefaultAccountAdapter):
    """allauth's adapter with sign-up closed: accounts are made by admins."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: as JSON a form would be given back with the password that was typed."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by."""
        return client_address(request)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Whom failed attempts count against: the person.

        allauth puts the Host header before it, whose port a client may choose: every port would
        be a limit of its own.
        """
        return str(credentials.get("email") or "").lower()
