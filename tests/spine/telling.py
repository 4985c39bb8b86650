"""What each address that changes something tells the audit log, when someone does it who may."""

from tests.spine.acts import Telling
from tests.spine.scenes import (
    another,
    changed_outside,
    channel_that_is_off,
    disabled,
    invitation,
    not_needed,
    outside,
    picked,
    previewed,
    proposed,
    protected,
    replaced_key,
    review,
    seen_version,
    several,
    team,
    ticked,
    unused_key,
    viewer_everywhere,
    waiting,
    witness,
)
from tests.spine.telling_due import DUE
from tests.spine.telling_groups import GROUPS
from tests.spine.telling_oneself import ONESELF
from tests.stage import HARBOR_ID

# What waits for the answer of a device or a provider: told in `tests/pages/test_passkeys.py`, and
# in `tests/pages/test_single_sign_on.py`; what takes a key for servers, in
# `tests/servers/test_pages.py`; what Roblox grants, in `tests/pages/test_connecting.py`.
ANSWERED_ELSEWHERE = {
    *("me_passkey_add", "me_connect", "confirm_with", "servers_restart", "servers_publish"),
    *("oauth_connect", "oauth_again"),
}
# What is there only where mail is set up: told in `tests/pages/test_own_address.py`.
NEEDS_MAIL = {"me_address"}
PROPOSED = {"proposing": "yes", "why": "the old one leaked"}


TELLINGS = (
    # The log.
    Telling("audit_export", ("log.exported",)),
    *ONESELF,
    *DUE,
    *GROUPS,
    # The log itself.
    Telling("checkpoint_make", ("checkpoint.made",)),
    Telling("witness_add", ("witness.added https://witness.example.com/",)),
    Telling("witness_edit", ("witness.changed https://witness.example.com/",), prepare=witness),
    Telling("witness_try", prepare=witness),
    Telling("witness_remove", ("witness.removed",), prepare=witness),
    Telling("audit_searches", ("log.search_saved",), by="auditor"),
    Telling("evidence", ("evidence.made", "checkpoint.made")),
    # People and invitations.
    Telling(
        "person_create",
        (
            "person.created new@example.com",
            "grant.given new@example.com",
            "person.link_made new@example.com",
        ),
        sent={"role": "viewer", "place": "all", "end": "30"},
    ),
    Telling("person_link", ("person.link_made viewer@example.com",)),
    Telling("person_give", ("grant.given viewer@example.com",)),
    Telling(
        "person_disable",
        (
            "access.lapsed Harbor viewer@example.com",
            "proposal.lapsed Harbor PAY_KEY viewer@example.com",
            "person.invitation_ended Harbor guest@example.com",
            "person.disabled viewer@example.com",
        ),
        prepare=waiting,
    ),
    Telling("person_sessions_end"),
    Telling("person_enable", ("person.enabled viewer@example.com",), prepare=disabled),
    Telling("invite", ("person.invited Harbor several@example.com",)),
    Telling("invite", ("person.invited Harbor several@example.com",), by="manager"),
    Telling("access_invite", ("person.invited Harbor guest@example.com",), by="manager"),
    Telling(
        "invitation_again",
        ("person.invitation_sent_again Harbor guest@example.com",),
        by="manager",
        prepare=invitation("invitation_again"),
    ),
    Telling(
        "invitation_revoke",
        ("person.invitation_revoked Harbor guest@example.com",),
        by="manager",
        prepare=invitation("invitation_revoke"),
    ),
    # API keys and universes.
    Telling("channel_create", ("channel.added Crew",)),
    Telling("channel_edit", ("channel.changed Crew",)),
    Telling("channel_test", ("channel.tested Team",)),
    Telling("channel_decide", ("channel.turned_off Team",)),
    Telling(
        "channel_decide",
        ("channel.resumed Team",),
        sent={"choice": "resume"},
        prepare=channel_that_is_off,
    ),
    Telling("channel_remove", ("channel.removed Team",)),
    Telling("api_key_create", ("api_key.added second",)),
    Telling("api_key_edit", ("api_key.changed renamed",)),
    Telling("api_key_replace", ("api_key.replaced automation",)),
    Telling("api_key_test", ("api_key.tested automation",)),
    Telling("api_key_fixed", ("api_key.fixed automation", "api_key.tested automation")),
    Telling("api_key_old_deleted", ("api_key.old_deleted automation",), prepare=replaced_key),
    Telling("api_keys_check"),
    Telling("api_key_remove", ("api_key.removed automation",), prepare=unused_key),
    Telling(
        "universe_create",
        (
            "universe.added Elsewhere automation",
            "universe.baseline Elsewhere, by Sealroom (refresh)",
        ),
        prepare=another,
    ),
    Telling("universe_test", prepare=another),
    Telling(
        "universes_pick",
        (
            "universe.added Elsewhere automation",
            "universe.baseline Elsewhere, by Sealroom (refresh)",
        ),
        prepare=picked,
    ),
    Telling("universe_settings", ("universe.changed Harbour",), sent={"name": "Harbour"}),
    Telling("universe_pin", by="viewer"),
    Telling("secret_servers", by="viewer"),
    Telling("servers_logs", by="viewer"),
    Telling("servers_key"),
    Telling("server_restart_follow", by="manager"),
    Telling("universe_export", ("log.exported Harbor",), by="viewer"),
    Telling("several_details", ("secret.details.changed Harbor PAY_KEY",), by="editor"),
    Telling(
        "several_review",
        ("secret.drift.acknowledged Harbor PAY_KEY",),
        by="editor",
        prepare=changed_outside,
    ),
    Telling(
        "several_delete",
        ("batch.started",),
        by="manager",
        sent={"name": "PAY_KEY", "confirmed": "yes", "typed": "1"},
        prepare=seen_version,
    ),
    Telling(
        "outside_review",
        ("secret.drift.acknowledged Harbor PAY_KEY",),
        by="editor",
        prepare=outside,
    ),
    Telling("compare_replace", by="viewer"),
    Telling("absences_accept", ("secret.absence.accepted Harbor PAY_MISSING",), by="editor"),
    Telling(
        "absences_withdraw",
        ("secret.absence.withdrawn Harbor PAY_MISSING",),
        by="editor",
        prepare=not_needed,
    ),
    Telling("names_to_fill", by="viewer"),
    Telling(
        "names_to_fill",
        ("universe.names_exported Harbor",),
        by="viewer",
        sent={"to": str(HARBOR_ID), "name": "PAY_MISSING", "format": "env"},
    ),
    Telling("secrets_export", ("universe.exported Harbor",), by="viewer"),
    Telling("universe_refresh", by="viewer"),
    Telling(
        "universe_remove",
        (
            "proposal.lapsed Harbor PAY_KEY viewer@example.com",
            "access.lapsed Harbor viewer@example.com",
            "grant.revoked Harbor manager@example.com",
            "grant.revoked Harbor editor@example.com",
            "grant.revoked Harbor rotator@example.com",
            "grant.revoked Harbor viewer@example.com",
            "grant.revoked Harbor auditor@example.com",
            "grant.revoked Harbor viewer@example.com",
            "person.invitation_ended Harbor guest@example.com",
            "universe.removed Harbor",
        ),
        prepare=waiting,
    ),
    # Requests, and access that ends soon.
    Telling(
        "request_new",
        ("access.requested Harbor viewer@example.com",),
        by="viewer",
        sent={"role": "editor", "names": "PAY_KEY", "hours": "24", "reason": "season two"},
    ),
    Telling(
        "request_approve",
        (
            "access.approved Harbor stranger@example.com",
            "grant.given Harbor stranger@example.com",
        ),
        by="manager",
    ),
    Telling("request_decline", ("access.declined Harbor stranger@example.com",), by="manager"),
    Telling("request_withdraw", ("access.withdrawn Harbor stranger@example.com",), by="stranger"),
    Telling(
        "renewal_ask",
        ("access.requested Harbor viewer@example.com",),
        by="viewer",
        sent={"hours": "24", "reason": "season two"},
    ),
    Telling("renewal_keep", ("grant.renewed Harbor viewer@example.com",), by="manager"),
    Telling("renewal_end", ("grant.end_confirmed Harbor viewer@example.com",), by="manager"),
    # Grants.
    Telling("access_everywhere_give", ("grant.given viewer@example.com",)),
    Telling("access_several", ("grant.given Harbor stranger@example.com",), by="manager"),
    Telling("access_everywhere_reach"),
    Telling(
        "access_everywhere_change",
        ("grant.changed viewer@example.com",),
        prepare=viewer_everywhere,
    ),
    Telling(
        "access_everywhere_revoke",
        ("grant.revoked viewer@example.com",),
        prepare=viewer_everywhere,
    ),
    Telling("access_give", ("grant.given Harbor stranger@example.com",), by="manager"),
    Telling("access_reach", by="manager"),
    Telling("access_change", ("grant.changed Harbor viewer@example.com",), by="manager"),
    Telling("access_revoke", ("grant.revoked Harbor viewer@example.com",), by="manager"),
    # Reviews.
    Telling(
        "review_start",
        ("review.started Harbor",),
        by="manager",
        sent={"place": "6930499524", "days": "14", "unanswered": "end"},
    ),
    Telling("review", ("grant.kept Harbor viewer@example.com",), by="manager", prepare=review),
    Telling("review_stop", ("review.stopped Harbor",), by="manager", prepare=review),
    # Teams.
    Telling("team_create", ("team.created Build",), by="manager"),
    Telling("team_edit", ("team.changed Art",), by="manager", prepare=team),
    Telling(
        "team_people",
        ("team.member_added stranger@example.com",),
        by="manager",
        sent={"people": "stranger@example.com"},
        prepare=team,
    ),
    Telling(
        "team_person_remove",
        ("team.member_removed viewer@example.com",),
        by="manager",
        prepare=team,
    ),
    Telling("team_leave", ("team.member_left viewer@example.com",), by="viewer", prepare=team),
    Telling(
        "team_delete",
        (
            "grant.revoked Harbor Build",
            "team.deleted Build",
        ),
        by="manager",
        prepare=team,
    ),
    # Secrets.
    Telling(
        "secret_create",
        (
            "secret.create.started Harbor PAY_NEW",
            "secret.create.succeeded Harbor PAY_NEW",
        ),
        by="editor",
    ),
    Telling("secret_create_value", by="editor"),
    Telling(
        "secret_rotate",
        (
            "secret.rotate.started Harbor PAY_KEY",
            "secret.rotate.succeeded Harbor PAY_KEY",
        ),
        by="rotator",
    ),
    Telling("secret_rotate_value", by="rotator"),
    Telling("replace_everywhere_value", by="rotator"),
    Telling("replace_everywhere", ("batch.started",), prepare=ticked),
    Telling("import", ("batch.started",), by="editor", prepare=previewed),
    Telling("batch_steer", ("batch.cancelled",)),
    Telling("secret_details", ("secret.details.changed Harbor PAY_KEY",), by="editor"),
    Telling(
        "secret_acknowledge",
        ("secret.drift.acknowledged Harbor PAY_KEY",),
        by="editor",
        prepare=changed_outside,
    ),
    Telling(
        "secret_delete",
        (
            "secret.delete.started Harbor PAY_KEY",
            "secret.delete.succeeded Harbor PAY_KEY",
        ),
        by="manager",
    ),
    # Four eyes.
    Telling("universe_protection", ("universe.protected Harbor",), sent={"choice": "protect"}),
    Telling(
        "universe_protection",
        ("universe.unprotect.proposed Harbor admin@example.com",),
        sent={"choice": "propose"},
        prepare=protected,
    ),
    Telling(
        "universe_protection",
        ("universe.unprotect.forced Harbor",),
        sent={"choice": "force", "reason": "it burns"},
        prepare=protected,
    ),
    Telling(
        "secret_create",
        ("secret.create.proposed Harbor PAY_NEW editor@example.com",),
        by="editor",
        sent=PROPOSED,
        prepare=protected,
    ),
    Telling(
        "secret_rotate",
        ("secret.rotate.proposed Harbor PAY_KEY rotator@example.com",),
        by="rotator",
        sent=PROPOSED,
        prepare=protected,
    ),
    Telling(
        "secret_delete",
        ("secret.delete.proposed Harbor PAY_KEY manager@example.com",),
        by="manager",
        sent=PROPOSED,
        prepare=protected,
    ),
    Telling(
        "secret_rotate",
        (
            "secret.change.forced Harbor PAY_KEY",
            "secret.rotate.started Harbor PAY_KEY",
            "secret.rotate.succeeded Harbor PAY_KEY",
        ),
        sent={"proposing": "yes", "force": "yes", "reason": "it burns"},
        prepare=protected,
    ),
    Telling(
        "proposal_decide",
        (
            "proposal.approved Harbor PAY_KEY manager@example.com",
            "secret.rotate.started Harbor PAY_KEY",
            "secret.rotate.succeeded Harbor PAY_KEY",
        ),
        by="editor",
        prepare=proposed(choice="approve"),
    ),
    Telling(
        "proposal_decide",
        ("proposal.declined Harbor PAY_KEY manager@example.com",),
        by="editor",
        prepare=proposed(choice="decline"),
    ),
    Telling(
        "proposal_decide",
        ("proposal.withdrawn Harbor PAY_KEY manager@example.com",),
        by="manager",
        prepare=proposed(choice="withdraw"),
    ),
    Telling(
        "proposals_approve",
        (
            "proposal.approved Harbor PAY_KEY manager@example.com",
            "secret.rotate.started Harbor PAY_KEY",
            "secret.rotate.succeeded Harbor PAY_KEY",
        ),
        by="editor",
        prepare=several,
    ),
    Telling(
        "proposals_waiting_approve",
        (
            "proposal.approved Harbor PAY_KEY manager@example.com",
            "secret.rotate.started Harbor PAY_KEY",
            "secret.rotate.succeeded Harbor PAY_KEY",
        ),
        by="editor",
        prepare=several,
    ),
)
