"""Every address of the product, what may be asked of it, and who is let in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from secretsapp.models import ApiKey, Universe
from tests.spine import named, of_channels
from tests.spine.of_channels import CHANNEL, OFF
from tests.stage import API_KEY, HARBOR_ID, NEXT_API_KEY
from tests.support.witness import NAME, verifier_line

EVERYBODY = ("admin", "manager", "editor", "rotator", "viewer", "auditor")
READ, SEND = "GET", "POST"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Door:
    """A named address: who may pass it, and what a person without any right finds there.

    `allowed` has the methods it answers; `about` says what it needs: nothing, a universe, a secret,
    a person (the viewer), their grant in a universe or everywhere, one that ends soon, an API key,
    a channel or the kind of one, a team, or that the viewer is in it, the review of a universe, a
    rotation that is proposed, a request that waits (the stranger's), a batch, a witness, an event
    of a universe, a restart of its servers, or an invitation.
    `sent` is a POST that is answered with `answer`: with `read_answer` a GET. `denied` is the
    status for who has a role in the universe and may not pass.
    """

    name: str
    may_pass: tuple[str, ...]
    about: str = ""
    allowed: tuple[str, ...] = (READ, "HEAD")
    sent: dict[str, str] = field(default_factory=dict)
    read_answer: int = 200
    answer: int = 302
    stranger: int = 404
    denied: int = 403

    def address(self, universe: Universe | int, name: str) -> str:
        """Where it is, for that universe and secret."""
        universe_id = universe if isinstance(universe, int) else universe.pk
        arguments: dict[str, Callable[[], list[object]]] = {
            "": list,
            "universe": lambda: [universe_id],
            "secret": lambda: [universe_id, name],
            "person": lambda: [named.viewer()],
            "grant in universe": lambda: [universe_id, named.grant_in(universe_id)],
            "team": lambda: [named.team()],
            "membership": lambda: [named.team(), named.viewer()],
            "grant": lambda: [named.grant_in(None)],
            "review": lambda: [named.review(universe_id)],
            "proposal": lambda: [named.proposal(universe_id, name)],
            "request": lambda: [named.request(universe_id)],
            "ending grant": lambda: [named.ending_grant(universe_id)],
            # Not there for anyone: who sees which has tests of its own.
            "invitation": lambda: [10**9],
            "passkey": lambda: [10**9],
            "new sign-in": lambda: [10**9],
            "identity": lambda: [10**9],
            # None is set up; with one they have tests of their own.
            "provider": lambda: ["acme"],
            "witness": lambda: [named.witness()],
            "batch": lambda: [named.batch(universe_id)],
            "restart": lambda: [universe_id, named.restart(universe_id)],
            "event": lambda: [named.event(universe_id)],
            "kind of channel": lambda: ["email"],
            "channel": lambda: [of_channels.channel()],
            "api key": lambda: [ApiKey.objects.earliest("created_at").pk],
        }
        return reverse(self.name, args=arguments[self.about]())

    def answer_to_stranger(self, method: str) -> int:
        """The status for a person without any right; some doors are open to them as well."""
        if "stranger" in self.may_pass:
            return self.answer if method == SEND else self.read_answer
        return self.stranger

    @property
    def is_in_universe(self) -> bool:
        """Whether its address names a universe."""
        return self.about in {"proposal", "universe", "secret", "restart", "grant in universe"}


FORM = (READ, "HEAD", SEND)
NEW_SECRET = {"name": "PAY_NEW", "value": "a value", "reach": "any"}
NEW_VALUE = {"value": "another value"}
HOW_LONG = {"generate-length": "32", "generate-alphabet": "hex"}
TYPED = {"typed": "PAY_KEY"}

KEY_OF_WITNESS = verifier_line(NAME, b"\x04", bytes(range(32)))
WITNESS = {"name": "Tides", "address": "https://witness.example.com/", "key": KEY_OF_WITNESS}
SEARCH = {"name": "Contractors", "query": "event=grant", "shared": "yes"}

ADMIN = ("admin",)
READERS = ("admin", "manager", "auditor")
MANAGERS = ("admin", "manager")
WRITERS = ("admin", "manager", "editor", "rotator")
EDITORS = (*MANAGERS, "editor")
SOMEBODY = (*EVERYBODY, "stranger")
CELL = {"universe": str(HARBOR_ID), "names": "PAY_MISSING", "cell": "0.0"}
OUTSIDE = {"found": f"{HARBOR_ID} PAY_KEY "}
SEVERAL = {"name": "PAY_KEY", "confirmed": "yes", "sets_note": "on", "note": "a note"}
ROLE = {"role": "rotator", "names": "PAY_*", "end": "never", "reason": "season two"}
INVITED = {"emails": "several@example.com", "place": str(HARBOR_ID), **ROLE}

DOORS = (
    Door("home", SOMEBODY, stranger=200),
    Door("search", SOMEBODY, stranger=200),
    Door("styleguide", SOMEBODY, stranger=200),
    Door("evidence", ("admin", "manager", "auditor"), "", FORM, {}, answer=200, stranger=403),
    Door("evidence_verifier", SOMEBODY, stranger=200),
    Door("checkpoints", ADMIN, stranger=403),
    Door("checkpoint_make", ADMIN, "", FORM, {}, read_answer=302, stranger=403),
    Door("witness_add", ADMIN, "", FORM, WITNESS, stranger=403),
    Door("witness_edit", ADMIN, "witness", FORM, {**WITNESS, "name": "Ebb"}, stranger=403),
    Door("witness_try", ADMIN, "witness", FORM, {}, read_answer=302, stranger=403),
    Door("witness_remove", ADMIN, "witness", FORM, {}, stranger=403),
    Door("audit_searches", READERS, "", FORM, SEARCH, read_answer=302, stranger=403),
    Door("audit", READERS, stranger=403),
    Door("event", READERS, "event", denied=404),
    Door("audit_export", READERS, "", FORM, {"format": "csv"}, answer=200, stranger=403),
    Door("exports_running", SOMEBODY, stranger=200),
    Door("guide", ADMIN, stranger=403),
    # Help.
    *(Door(f"help_{each}", SOMEBODY, stranger=200) for each in ("roles", "shortcuts", "changes")),
    # Oneself.
    Door("me", SOMEBODY, "", FORM, {"name": "A name"}, stranger=200),
    Door("me_access", SOMEBODY, stranger=200),
    Door("me_activity", SOMEBODY, stranger=200),
    Door("me_password", SOMEBODY, "", FORM, {}, answer=422, stranger=200),
    Door("me_address", SOMEBODY, "", FORM, {}, 404, 404, stranger=404),
    Door("me_address_confirm", SOMEBODY, "", FORM, {}, answer=422, stranger=200),
    Door("me_app", SOMEBODY, "", FORM, {}, answer=422, stranger=200),
    Door("me_app_remove", SOMEBODY, "", FORM, {}, read_answer=302, stranger=302),
    Door("me_second_factor", SOMEBODY, read_answer=302, stranger=302),
    Door("me_passkey_add", SOMEBODY, "", FORM, {}, answer=422, stranger=200),
    Door("me_passkey_rename", SOMEBODY, "passkey", FORM, {"name": "Phone"}, 404, 404),
    Door("me_passkey_remove", SOMEBODY, "passkey", FORM, {}, 404, 404),
    Door("me_connect", SOMEBODY, "provider", FORM, {}, 404, 404),
    Door("me_disconnect", SOMEBODY, "identity", FORM, {}, 404, 404),
    Door("confirm_with", SOMEBODY, "provider", FORM, {}, 404, 404),
    Door("me_recovery_codes", SOMEBODY, "", FORM, {}, read_answer=302, answer=404, stranger=302),
    Door("confirm", SOMEBODY, "", FORM, {}, read_answer=302, stranger=302),
    Door("session_end", SOMEBODY, "", FORM, {"session": "x"}, read_answer=302, stranger=302),
    Door("sessions_end_others", SOMEBODY, "", FORM, {}, read_answer=302, stranger=302),
    Door("sign_in_recognize", SOMEBODY, "new sign-in", FORM, {}, read_answer=302, stranger=302),
    Door("sign_in_disown", SOMEBODY, "", FORM, {}, read_answer=302, stranger=302),
    # People.
    Door("people", ADMIN, stranger=403),
    Door("required_factors", ADMIN, "", FORM, {}, answer=422, stranger=403),
    Door("required_factors_stop", ADMIN, "", FORM, {}, read_answer=302, stranger=403),
    Door("person_create", ADMIN, "", FORM, {"email": "new@example.com"}, stranger=403),
    Door("person", ADMIN, "person", stranger=403),
    Door("person_access", MANAGERS, "person", stranger=403),
    Door("person_link", ADMIN, "person", FORM, {}, read_answer=302, stranger=403),
    # Invitations; links are shown to who has just made some.
    Door("invitation_links", SOMEBODY, read_answer=302, stranger=302),
    Door("invite", MANAGERS, "", FORM, INVITED, stranger=403),
    Door("invitations", MANAGERS, stranger=403),
    Door("invitation_again", SOMEBODY, "invitation", FORM, {}, read_answer=302, answer=404),
    Door("invitation_revoke", SOMEBODY, "invitation", FORM, {}, read_answer=302, answer=404),
    Door("access_invite", MANAGERS, "universe", FORM, {"emails": "guest@example.com", **ROLE}),
    Door("access_invitations", MANAGERS, "universe"),
    # API keys and universes.
    Door("api_keys", ADMIN, stranger=403),
    Door("api_key_create", ADMIN, "", FORM, {"name": "second", "value": API_KEY}, stranger=403),
    Door("api_key", ADMIN, "api key", stranger=403),
    Door("api_key_edit", ADMIN, "api key", FORM, {"name": "renamed"}, stranger=403),
    Door("api_key_replace", ADMIN, "api key", FORM, {"value": NEXT_API_KEY}, stranger=403),
    Door("api_key_test", ADMIN, "api key", FORM, {}, read_answer=302, stranger=403),
    Door("api_key_fixed", ADMIN, "api key", FORM, {}, read_answer=302, stranger=403),
    Door("api_key_old_deleted", ADMIN, "api key", FORM, {}, read_answer=302, stranger=403),
    Door("oauth_connect", ADMIN, "", FORM, {"name": "by OAuth"}, answer=422, stranger=403),
    Door("oauth_back", ADMIN, "", read_answer=422, stranger=403),
    Door("oauth_again", ADMIN, "api key", FORM, {}, answer=422, stranger=403),
    Door("api_keys_check", ADMIN, "", FORM, {}, read_answer=302, stranger=403),
    Door("api_key_remove", ADMIN, "api key", FORM, {}, answer=422, stranger=403),
    # Channels.
    Door("channels", ADMIN, stranger=403),
    Door("channel_choose", ADMIN, stranger=403),
    Door("channel_create", ADMIN, "kind of channel", FORM, CHANNEL, stranger=403),
    Door("channel", ADMIN, "channel", stranger=403),
    Door("channel_edit", ADMIN, "channel", FORM, CHANNEL | {"target": ""}, stranger=403),
    Door("channel_test", ADMIN, "channel", FORM, {}, read_answer=302, stranger=403),
    Door("channel_decide", ADMIN, "channel", FORM, OFF, read_answer=302, stranger=403),
    Door("channel_remove", ADMIN, "channel", FORM, {}, stranger=403),
    Door("universe_create", ADMIN, "", FORM, {"universe": "1"}, answer=422, stranger=403),
    Door("universes_pick", ADMIN, "", FORM, {}, answer=422, stranger=403),
    Door("universe_test", ADMIN, "", FORM, {}, read_answer=302, answer=422, stranger=403),
    Door(
        "universe_settings",
        ADMIN,
        "universe",
        FORM,
        {"name": "Harbor", "environment": "production"},
    ),
    # Requests for access, and access that ends soon.
    Door("requests", SOMEBODY, stranger=200),
    Door("request_new", EVERYBODY, "universe", FORM, {}, answer=422),
    Door("request", MANAGERS, "request", stranger=200, denied=404),
    Door(
        "request_approve",
        MANAGERS,
        "request",
        FORM,
        {"hours": "24", "names": "PAY_KEY"},
        read_answer=302,
        stranger=403,
        denied=404,
    ),
    Door(
        "request_decline",
        MANAGERS,
        "request",
        FORM,
        {},
        read_answer=302,
        stranger=403,
        denied=404,
    ),
    Door("request_withdraw", ("stranger",), "request", FORM, {}, read_answer=302, denied=404),
    Door("renewal_ask", ("viewer",), "ending grant", FORM, {}, answer=422, denied=404),
    Door("renewal_keep", MANAGERS, "ending grant", FORM, {}, read_answer=302, denied=404),
    Door("renewal_end", MANAGERS, "ending grant", FORM, {}, read_answer=302, denied=404),
    # Who may do what.
    Door("access_everywhere", ADMIN, stranger=403),
    Door(
        "access_everywhere_give",
        ADMIN,
        "",
        FORM,
        {"person": "viewer@example.com", "place": "all", **ROLE},
        stranger=403,
    ),
    Door(
        "access_several",
        MANAGERS,
        "",
        FORM,
        {"person": "stranger@example.com", "place": "6930499524", **ROLE, "names": "AD_*"},
        stranger=403,
    ),
    Door("access_everywhere_reach", ADMIN, "", FORM, ROLE, read_answer=302, stranger=403),
    Door("access_everywhere_change", ADMIN, "grant", FORM, ROLE, stranger=403),
    Door("access_everywhere_revoke", ADMIN, "grant", FORM, {}, stranger=403),
    Door("person_give", ADMIN, "person", FORM, {"place": "all", **ROLE}, stranger=403),
    Door("access", MANAGERS, "universe"),
    Door("access_give", MANAGERS, "universe", FORM, {"person": "stranger@example.com", **ROLE}),
    Door("access_reach", MANAGERS, "universe", FORM, ROLE, read_answer=302),
    Door("access_change", MANAGERS, "grant in universe", FORM, ROLE),
    Door("access_revoke", MANAGERS, "grant in universe", FORM, {}),
    Door("person_disable", ADMIN, "person", FORM, {}, stranger=403),
    Door("person_sessions_end", ADMIN, "person", FORM, {}, read_answer=302, stranger=403),
    Door("person_enable", ADMIN, "person", FORM, {}, read_answer=302, stranger=403),
    Door("person_disconnect", ADMIN, "person", FORM, {}, read_answer=302, stranger=403),
    Door("person_factors_reset", ADMIN, "person", FORM, {}, read_answer=302, stranger=403),
    # Reviews of access.
    Door("reviews", MANAGERS, stranger=403),
    Door("review_start", MANAGERS, "", FORM, {}, answer=422, stranger=403),
    Door("review", MANAGERS, "review", FORM, {}, stranger=403),
    Door("review_stop", MANAGERS, "review", FORM, {}, read_answer=302, stranger=403),
    # Teams, of which one is there once it was made; in it is who was added.
    Door("teams", MANAGERS, stranger=403),
    Door("team_create", MANAGERS, "", FORM, {"name": "Build"}, stranger=403),
    Door("team", MANAGERS, "team", stranger=403),
    Door("team_edit", MANAGERS, "team", FORM, {"name": "Art"}, stranger=403),
    Door("team_people", MANAGERS, "team", FORM, {"people": "viewer@example.com"}, stranger=403),
    Door("team_person_remove", MANAGERS, "membership", FORM, {}, stranger=403),
    Door("team_leave", SOMEBODY, "team", FORM, {}, read_answer=302, stranger=302),
    Door("team_delete", MANAGERS, "team", FORM, {}, stranger=403),
    # Secrets.
    Door("import", WRITERS, "", FORM, {}, answer=422, stranger=403),
    Door("domain_advice", SOMEBODY, read_answer=302, stranger=302),
    Door("universes", SOMEBODY, stranger=200),
    Door("universe", EVERYBODY, "universe"),
    Door("compare", SOMEBODY, stranger=200),
    Door("compare_replace", EVERYBODY, "", FORM, CELL, read_answer=302),
    Door("absences_accept", EDITORS, "", FORM, CELL, read_answer=302, stranger=403),
    Door("absences_withdraw", EDITORS, "", FORM, CELL, read_answer=302, stranger=403),
    Door("outside", SOMEBODY, stranger=200),
    Door("outside_review", EDITORS, "", FORM, OUTSIDE, read_answer=302, stranger=403),
    Door("names_to_fill", EVERYBODY, "", FORM, CELL, read_answer=302, answer=200),
    Door("secrets_several", EVERYBODY, "universe"),
    Door("several_details", EDITORS, "universe", FORM, SEVERAL, read_answer=302),
    Door("several_delete", MANAGERS, "universe", FORM, {}, read_answer=302),
    Door("several_review", EDITORS, "universe", FORM, SEVERAL, read_answer=302),
    Door("universe_activity", EVERYBODY, "universe"),
    Door("secrets_export", EVERYBODY, "universe", FORM, {"format": "csv"}, answer=200),
    Door("universe_export", EVERYBODY, "universe", FORM, {"format": "ndjson"}, answer=200),
    Door("universe_pin", EVERYBODY, "universe", FORM, {"pinned": "yes"}, read_answer=302),
    Door("universe_open_changes", EVERYBODY, "universe", read_answer=204),
    Door("universe_refresh", EVERYBODY, "universe", FORM, {"q": ""}, read_answer=302),
    Door("secret_create", ("admin", "manager", "editor"), "universe", FORM, NEW_SECRET),
    Door("secret_create_value", EDITORS, "universe", FORM, HOW_LONG, read_answer=302),
    Door("proposals", EVERYBODY, "universe"),
    Door("proposals_approve", EVERYBODY, "universe", FORM, {}, read_answer=302),
    Door("proposals_waiting", SOMEBODY, stranger=200),
    Door("proposals_waiting_approve", SOMEBODY, "", FORM, {}, read_answer=302),
    Door("proposal", EVERYBODY, "proposal"),
    Door(
        "proposal_decide",
        ("admin", "manager", "editor", "rotator"),
        "proposal",
        FORM,
        {"choice": "decline"},
        read_answer=302,
    ),
    Door("universe_protection", ADMIN, "universe", FORM, {}, answer=422),
    Door("secret", EVERYBODY, "secret"),
    Door("secret_rotate", ("admin", "manager", "editor", "rotator"), "secret", FORM, NEW_VALUE),
    Door(
        "secret_rotate_value",
        ("admin", "manager", "editor", "rotator"),
        "secret",
        FORM,
        HOW_LONG,
        read_answer=302,
    ),
    Door("secret_details", ("admin", "manager", "editor"), "secret", FORM, {"note": "a note"}),
    Door("secret_acknowledge", ("admin", "manager", "editor"), "secret", FORM, {}, read_answer=302),
    Door("secret_access", MANAGERS, "secret"),
    # Due dates.
    Door("due", SOMEBODY, stranger=200),
    Door("due_policies", ADMIN, "", FORM, {}, answer=422, stranger=403),
    Door("due_policy_remove", ADMIN, "", FORM, {}, read_answer=302, stranger=403),
    Door("secret_due", EDITORS, "secret", FORM, {"rule": "every", "days": "90"}),
    Door("secret_snooze", EDITORS, "secret", FORM, {}, answer=422),
    # Many at once.
    Door("batches", SOMEBODY, stranger=200),
    Door("batch", ADMIN, "batch", denied=404),
    Door("batch_progress", ADMIN, "batch", denied=404),
    Door("batch_steer", ADMIN, "batch", FORM, {"choice": "cancel"}, read_answer=302, denied=404),
    # The group that owns it, and game servers.
    Door("group", EVERYBODY, "universe"),
    Door("group_read", EVERYBODY, "universe", FORM, {}, read_answer=302),
    Door("group_review", ADMIN, "universe", FORM, {"seen": "1"}, read_answer=302),
    Door("servers", EVERYBODY, "universe"),
    Door("servers_logs", EVERYBODY, "universe", FORM, {}, read_answer=302),
    Door("servers_key", ADMIN, "universe", FORM, {"api_key": ""}),
    Door("servers_restart", MANAGERS, "universe", FORM, {}, answer=422),
    Door("servers_publish", MANAGERS, "universe", FORM, {}, answer=422),
    Door("server_restart", MANAGERS, "restart"),
    Door("server_restart_follow", MANAGERS, "restart", FORM, {}, read_answer=302),
    Door("secret_servers", EVERYBODY, "secret", FORM, {}, read_answer=302),
    Door("replace_everywhere", SOMEBODY, "", FORM, {}, answer=422, stranger=200),
    Door(
        "replace_everywhere_value",
        ("admin", "manager", "editor", "rotator"),
        "",
        FORM,
        HOW_LONG,
        read_answer=302,
        stranger=403,
    ),
    Door("secret_delete", ("admin", "manager"), "secret", FORM, TYPED),
    Door("universe_remove", ADMIN, "universe", FORM, {"typed": "Harbor"}),
)

# These are there for people who are not signed in, and have tests of their own.
OPEN_TO_ALL = {
    "account_inactive",
    "account_login",
    "second_factor",
    "session_check",
    "passkey_sign_in",
    "account_logout",
    "checkpoint",
    "first_run",
    "healthz",
    "invitation",
    "invitation_accept",
    "metrics",
    "not_me",
    "password_forgotten",
    "password_set",
    "readyz",
    "shortcuts",
    "sso_back",
    "sso_sign_in",
    "theme",
}


def names_of_addresses() -> set[str]:
    """The name of every address there is; one without a name has its pattern for one."""
    return set(_names(get_resolver().url_patterns))


def _names(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name or f"unnamed: {pattern.pattern}"
