"""Asks people to confirm that it's them before what others could abuse an open session for.

They are asked before a form is shown. What was sent without it isn't kept and never sent again by
itself, so no value waits anywhere.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django_htmx.http import HttpResponseClientRedirect

from secretsapp.adapters import confirmations
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.signing_in import NotConfirmed, confirm_and_back
from secretsapp.web.views import refusals

GetResponse = Callable[[HttpRequest], HttpResponse]

# Deleting, many at once, granting, keys, people, protection, channels, exports, one's own factors.
ASKED = frozenset(
    (
        *(
            "secret_delete",
            "several_delete",
            "replace_everywhere",
            "import",
            "universe_remove",
            "team_delete",
            "channel_remove",
            "witness_remove",
        ),
        *("access_everywhere_give", "access_everywhere_change", "access_everywhere_revoke"),
        *("access_give", "access_change", "access_revoke", "access_several", "access_invite"),
        *("person_give", "request_approve", "renewal_keep"),
        *("team_create", "team_edit", "team_people", "team_person_remove"),
        *("api_key_create", "api_key_edit", "api_key_replace", "api_key_remove"),
        *("oauth_connect", "oauth_again"),
        *("invite", "invitation_again", "person_create", "person_link"),
        *("person_disable", "person_enable", "person_factors_reset", "person_sessions_end"),
        *("universe_create", "universes_pick", "universe_settings", "universe_protection"),
        *("servers_restart", "servers_publish", "servers_key"),
        *("channel_create", "channel_edit", "witness_add", "witness_edit"),
        *("audit_export", "universe_export", "secrets_export", "names_to_fill", "evidence"),
        *("me_app", "me_app_remove", "me_recovery_codes", "me_passkey_add", "me_passkey_remove"),
        *("me_address", "me_address_confirm", "me_connect", "me_disconnect", "person_disconnect"),
        *("required_factors", "required_factors_stop"),
    )
)
# Pages that are a file where the address asks for one.
MAY_BE_FILES = frozenset(("me_access", "person_access", "secret_access"))


class ConfirmingMiddleware:
    """Leads to a page that asks people to confirm that it's them, and back."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; what is asked for stands in its address alone."""
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, _view: object, _arguments: object, _named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None where the request may go on to its view."""
        if not needs_confirmation(request):
            return None
        if request.method == "POST":
            return refusals.refused(request, NotConfirmed())
        there = confirm_and_back(request.get_full_path())
        return HttpResponseClientRedirect(there) if wants_fragment(request) else redirect(there)


def needs_confirmation(request: HttpRequest, page: str | None = None) -> bool:
    """Whether someone who is signed in is to confirm first that it's them.

    `page` is the path that they will ask for, where it isn't that of the request.
    """
    name = name_of(page) if page is not None else request.resolver_match.url_name  # type: ignore[union-attr]  # within a view
    is_file = name in MAY_BE_FILES and request.GET.get("format") == "csv"
    is_asked = (name in ASKED or is_file) and request.user.is_authenticated
    return is_asked and not confirmations.is_confirmed(request)


def name_of(page: str) -> str | None:
    """What the address of that path is called; None where there is none."""
    try:
        return resolve(page).url_name
    except Resolver404:
        return None
