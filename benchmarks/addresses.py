"""Every address that shows a page, with what it names in a database of `crowd` and `delegated`."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, reverse

from benchmarks import crowd
from secretsapp.models import (
    AccessRequest,
    ApiKey,
    AuditEvent,
    Batch,
    Channel,
    Grant,
    Invitation,
    Proposal,
    Review,
    ServerRestart,
    Team,
    User,
    Witness,
)
from secretsapp.web import urls

_SENT_TO = "is sent to; who opens it is led elsewhere"
_SIGNED_OUT = "is for who isn’t signed in, and has no frame"
_MACHINES = "is asked by machines"
_WITHOUT_FACTOR = "leads elsewhere: nobody there has a second factor"
_WITHOUT_PROVIDER = "isn't there: no provider of single sign-on is set up"

# The addresses that aren't measured, each with why.
LEFT_OUT = {
    **dict.fromkeys(("healthz", "readyz", "metrics", "checkpoint"), _MACHINES),
    **dict.fromkeys(
        (
            *("account_login", "account_inactive", "account_logout", "first_run"),
            *("password_set", "password_forgotten", "second_factor", "passkey_sign_in", "not_me"),
            *("sso_sign_in", "sso_back"),
        ),
        _SIGNED_OUT,
    ),
    **dict.fromkeys(
        (
            *(
                "theme",
                "shortcuts",
                "confirm",
                "invitation_accept",
                "session_end",
                "sessions_end_others",
            ),
            *("checkpoint_make", "witness_try", "audit_searches", "api_key_test"),
            *("channel_test", "channel_decide", "universe_test", "universe_pin"),
            *(
                "universe_refresh",
                "person_link",
                "person_sessions_end",
                "person_enable",
                "team_leave",
                "review_stop",
            ),
            *("sign_in_recognize", "sign_in_disown"),
            *("invitation_again", "invitation_revoke", "access_reach", "access_everywhere_reach"),
            *("request_approve", "request_decline", "request_withdraw"),
            *("renewal_keep", "renewal_end", "proposals_approve", "proposals_waiting_approve"),
            *("proposal_decide", "domain_advice", "secret_acknowledge"),
            *("secret_create_value", "secret_rotate_value", "required_factors_stop"),
            *("batch_steer", "replace_everywhere_value"),
            *("compare_replace", "absences_accept", "absences_withdraw", "names_to_fill"),
            *("several_details", "several_delete", "several_review", "outside_review"),
            *("due_policy_remove", "api_keys_check", "api_key_fixed", "api_key_old_deleted"),
            *("servers_logs", "server_restart_follow", "secret_servers"),
            *("group_read", "group_review"),
        ),
        _SENT_TO,
    ),
    **dict.fromkeys(
        (
            *("me_app_remove", "me_passkey_rename", "me_passkey_remove"),
            *("me_recovery_codes", "person_factors_reset"),
        ),
        _WITHOUT_FACTOR,
    ),
    "me_address": "is there only where mail is set up",
    **dict.fromkeys(
        ("me_connect", "me_disconnect", "person_disconnect", "confirm_with", "oauth_back"),
        _WITHOUT_PROVIDER,
    ),
    "session_check": "answers a script of the page, with a few words at most",
    "me_second_factor": "leads elsewhere: nobody there has to have one",
    "invitation_links": "shows links to who has just made them, once",
    "universe_open_changes": "answers nothing where no change is open",
}
# Pages that show nothing until something is asked of them, and parts of long lists.
ASKED = {
    "search": tuple(
        f"?q={text}"
        for text in (
            *("pay", "pay&in=secrets", "PAY_API_KEY_000", "key+pay", "payapi", "PAY_*", "a"),
            # Words that stand for universes.
            *("pay+prod", "key+pay+harbor+prod&in=secrets", "rotate+pay+prod", "harbor+statz"),
            *("api.example.com", "yearly", "Harbor", "harbor+0700", "settings", "person+0007"),
            # Actions, and what is offered while nothing is typed.
            *("rotate+pay", "create+secret", ""),
            # With a slip of the finger, and nothing at all.
            *("statz", "exmaple", "paypal", "qx"),
        )
    ),
    "audit": ("?person=admin",),
    "universe": ("?q=pay&state=attention",),
    "compare": ("?show=all", "?q=pay_*", "?owner=groups/1234567&across=2"),
    "universes": ("?q=harbor", "?owner=groups/1234567", "?state=attention"),
    "access": ("?by=person",),
    "access_everywhere": ("?by=person",),
    "review": ("?page=2",),
    "batch": ("?page=2", "?state=waiting"),
    "replace_everywhere": ("?name=PAY_API_KEY_000", "?name=PAY_API_KEY_000&where=all"),
    "channel": ("?page=2",),
}


def measured() -> list[URLPattern]:
    """The addresses that are asked for."""
    return [pattern for pattern in urls.urlpatterns if pattern.name not in LEFT_OUT]


def of_pages(universe_id: int) -> Iterator[tuple[str, str]]:
    """Each page with its address, about that universe where it is about one."""
    known = _known(universe_id)
    for pattern in measured():
        named = known | _OTHERS.get(str(pattern.name), dict)()
        kwargs = {each: named[each] for each in pattern.pattern.converters}
        for query in ("", *ASKED.get(str(pattern.name), ())):
            yield f"{pattern.name}{query}", reverse(str(pattern.name), kwargs=kwargs) + query


def _known(universe_id: int) -> dict[str, Any]:
    """What an address can name, of what there is most of."""
    there = {"universe": universe_id}
    return {
        "universe_id": universe_id,
        "name": "PAY_API_KEY_000",
        "person_id": User.objects.get(email=crowd.GRANTED).pk,
        "api_key_id": ApiKey.objects.get(name=crowd.API_KEY).pk,
        "team_id": Team.objects.earliest("pk").pk,
        "review_id": Review.objects.latest("pk").pk,
        "request_id": AccessRequest.objects.get(**there).pk,
        "proposal_id": Proposal.objects.filter(**there).earliest("proposed_at").pk,
        "invitation_id": Invitation.objects.earliest("pk").pk,
        "grant_id": Grant.objects.filter(**there).earliest("pk").pk,
        "channel_id": Channel.objects.get(name="Channel 000").pk,
        "kind": "webhook",
        "sequence": AuditEvent.objects.latest("sequence").pk,
        "batch_id": Batch.objects.latest("made_at").pk,
        "restart_id": ServerRestart.objects.latest("started_at").pk,
        "witness_id": Witness.objects.earliest("pk").pk,
    }


def _everywhere() -> dict[str, Any]:
    """A grant in all universes, of someone who is no admin."""
    found = Grant.objects.filter(universe=None, person__email__startswith="person")
    return {"grant_id": found.earliest("pk").pk}


def _ending() -> dict[str, Any]:
    """A grant of GRANTED that ends soon, as they can ask for longer."""
    found = Grant.objects.filter(person__email=crowd.GRANTED, until__isnull=False)
    return {"grant_id": found.earliest("pk").pk}


# What is named by another kind of grant.
_OTHERS = {
    "access_everywhere_change": _everywhere,
    "access_everywhere_revoke": _everywhere,
    "renewal_ask": _ending,
}
