"""Every public function of a module that writes, how to call it, and the events that it writes."""

from secretsapp.access import grant_rows, grants, refusals, terms
from secretsapp.access.terms import AS_ADMIN
from secretsapp.api_keys import stored_keys
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission, Role, refusal
from secretsapp.log.index import building
from secretsapp.models import Change, Grant
from secretsapp.operation import installation, key_proof, master_keys, readiness, upkeep, workers
from secretsapp.people import accounts, session_storage, sign_ins
from secretsapp.secrets import attempts, details, settling
from secretsapp.secrets.details import NewDetails
from secretsapp.universes import managing, mirror, refreshing
from tests.actions.acting import (
    PASSWORD,
    VALUE,
    Action,
    add_second_universe,
    add_universe,
    adopt,
    attempt,
    change_grant,
    create,
    delete,
    disable_viewer,
    edit_details,
    engage_second_admin,
    knows_newer,
    leave_rotation_open,
    meddle,
    nothing_done,
    rotate,
    settle_row,
    store_grant,
    store_listing,
    tell_of_grant,
)
from tests.actions.of_access import ACCESS_ACTIONS
from tests.actions.of_addresses import ADDRESS_ACTIONS
from tests.actions.of_archives import ARCHIVE_ACTIONS
from tests.actions.of_backups import BACKUP_ACTIONS
from tests.actions.of_batches import BATCH_ACTIONS
from tests.actions.of_channels import CHANNEL_ACTIONS
from tests.actions.of_connecting import CONNECTING_ACTIONS
from tests.actions.of_due import DUE_ACTIONS
from tests.actions.of_factors import FACTOR_ACTIONS
from tests.actions.of_groups import GROUP_ACTIONS
from tests.actions.of_identities import IDENTITY_ACTIONS
from tests.actions.of_invitations import INVITATION_ACTIONS
from tests.actions.of_key_health import KEY_HEALTH_ACTIONS
from tests.actions.of_mail import MAIL_ACTIONS
from tests.actions.of_new_sign_ins import NEW_SIGN_IN_ACTIONS
from tests.actions.of_proposals import PROPOSAL_ACTIONS
from tests.actions.of_requests import REQUEST_ACTIONS
from tests.actions.of_reviews import REVIEW_ACTIONS
from tests.actions.of_rings import KEY_ACTIONS
from tests.actions.of_searches import SEARCH_ACTIONS
from tests.actions.of_servers import SERVER_ACTIONS
from tests.actions.of_teams import TEAM_ACTIONS
from tests.actions.of_universes import UNIVERSE_ACTIONS
from tests.actions.of_ways_in import ENTRY_ACTIONS
from tests.granting import Terms
from tests.stage import NEXT_API_KEY
from tests.support.unfinished import mirrored

ADMIN, EDITOR, MANAGER = "admin@example.com", "editor@example.com", "manager@example.com"


def on_universe(kind: str, who: str, secret: str, *states: str) -> tuple[str, ...]:
    """The events of a write to a secret of Harbor."""
    return tuple(f"secret.{kind}.{state} | {who} | Harbor | {secret} | " for state in states)


DRIFT = (
    "secret.drift.appeared | Sealroom (refresh) | Harbor | APPEARED | ",
    "secret.drift.changed | Sealroom (refresh) | Harbor | PAY_KEY | ",
    "secret.drift.vanished | Sealroom (refresh) | Harbor | PAY_WEBHOOK | ",
)
WHOLE = ("started", "succeeded")

ACTIONS = [
    Action("attempts.attempt", attempt, on_universe("create", EDITOR, "NEW_KEY", *WHOLE)),
    Action("changes.create", create, on_universe("create", EDITOR, "NEW_KEY", *WHOLE)),
    Action(
        "changes.rotate", rotate, on_universe("rotate", "rotator@example.com", "PAY_KEY", *WHOLE)
    ),
    Action("changes.delete", delete, on_universe("delete", MANAGER, "PAY_KEY", *WHOLE)),
    Action(
        "details.edit",
        edit_details,
        (f"secret.details.changed | {EDITOR} | Harbor | PAY_KEY | viewer@example.com",),
    ),
    Action(
        "details.edit_several",
        lambda stage: details.edit_several(
            stage.cast["editor"].actor,
            universe=stage.universe,
            names=["PAY_KEY", "PAY_WEBHOOK"],
            new=NewDetails(note="Ends yearly."),
        ),
        (
            f"secret.details.changed | {EDITOR} | Harbor | PAY_KEY | ",
            f"secret.details.changed | {EDITOR} | Harbor | PAY_WEBHOOK | ",
        ),
    ),
    Action(
        "grants.add",
        lambda stage: grants.add(
            stage.cast["manager"].actor,
            stage.cast["stranger"].user,
            stage.universe,
            Terms(Role.VIEWER),
        ),
        (f"grant.given | {MANAGER} | Harbor |  | stranger@example.com",),
    ),
    Action(
        "grants.add_all",
        lambda stage: grants.add_all(
            stage.cast["admin"].actor,
            stage.cast["stranger"].user,
            [stage.universe, None],
            Terms(Role.VIEWER),
        ),
        (
            f"grant.given | {ADMIN} |  |  | stranger@example.com",
            f"grant.given | {ADMIN} | Harbor |  | stranger@example.com",
        ),
    ),
    Action(
        "grants.change",
        change_grant,
        (f"grant.changed | {MANAGER} | Harbor |  | viewer@example.com",),
    ),
    Action(
        "grants.give",
        lambda stage: grants.give(
            stage.cast["manager"].actor,
            stage.cast["stranger"].user,
            stage.universe,
            Terms(Role.VIEWER),
        ),
        (f"grant.given | {MANAGER} | Harbor |  | stranger@example.com",),
    ),
    Action(
        "grants.give",
        lambda stage: grants.give(
            stage.cast["admin"].actor, stage.cast["admin"].user, None, Terms(Role.VIEWER)
        ),
        (f"grant.changed | {ADMIN} |  |  | {ADMIN}",),
        before=engage_second_admin,
    ),
    Action(
        "grants.revoke_all",
        lambda stage: grants.revoke_all(
            stage.cast["manager"].actor, stage.cast["viewer"].user, stage.universe
        ),
        (f"grant.revoked | {MANAGER} | Harbor |  | viewer@example.com",),
    ),
    Action(
        "grants.revoke",
        lambda stage: grants.revoke(
            stage.cast["manager"].actor, Grant.objects.get(person=stage.cast["viewer"].user)
        ),
        (f"grant.revoked | {MANAGER} | Harbor |  | viewer@example.com",),
    ),
    Action(
        "accounts.create",
        lambda stage: accounts.create(
            stage.cast["admin"].actor, email="new@example.com", password=PASSWORD, first=AS_ADMIN
        ),
        (
            f"person.created | {ADMIN} |  |  | new@example.com",
            f"grant.given | {ADMIN} |  |  | new@example.com",
        ),
    ),
    Action(
        "accounts.disable",
        lambda stage: accounts.disable(stage.cast["admin"].actor, stage.cast["admin"].user),
        (f"person.disabled | {ADMIN} |  |  | {ADMIN}",),
        before=engage_second_admin,
    ),
    Action(
        "accounts.enable",
        lambda stage: accounts.enable(stage.cast["admin"].actor, stage.cast["viewer"].user),
        (f"person.enabled | {ADMIN} |  |  | viewer@example.com",),
        before=disable_viewer,
    ),
    Action(
        "accounts.set_password",
        lambda stage: accounts.set_password(
            stage.cast["editor"].actor, stage.cast["editor"].user, PASSWORD
        ),
        (f"person.password_set | {EDITOR} |  |  | {EDITOR}",),
    ),
    Action(
        "sign_ins.record_sign_in",
        lambda stage: sign_ins.record_sign_in(
            stage.cast["editor"].actor, stage.cast["editor"].user
        ),
        (f"person.signed_in | {EDITOR} |  |  | {EDITOR}",),
    ),
    Action(
        "sign_ins.record_sign_out",
        lambda stage: sign_ins.record_sign_out(
            stage.cast["editor"].actor, stage.cast["editor"].user
        ),
        (f"person.signed_out | {EDITOR} |  |  | {EDITOR}",),
    ),
    Action(
        "sign_ins.record_failed_sign_in",
        lambda stage: sign_ins.record_failed_sign_in(stage.cast["editor"].actor, MANAGER),
        (f"person.sign_in_failed | {EDITOR} |  |  | {MANAGER}",),
    ),
    Action(
        "stored_keys.add",
        lambda stage: stored_keys.add(
            stage.cast["admin"].actor, name="second", value=VALUE, is_meant=True
        ),
        (f"api_key.added | {ADMIN} |  |  | second",),
    ),
    Action(
        "stored_keys.replace",
        lambda stage: stored_keys.replace(
            stage.cast["admin"].actor, stage.api_key, Plaintext(NEXT_API_KEY.encode())
        ),
        (f"api_key.replaced | {ADMIN} |  |  | automation",),
    ),
    Action(
        "stored_keys.test",
        lambda stage: stored_keys.test(stage.cast["admin"].actor, stage.api_key),
        (f"api_key.tested | {ADMIN} |  |  | automation",),
    ),
    Action(
        "managing.add",
        add_universe,
        (
            f"universe.added | {ADMIN} | Quay |  | automation",
            "universe.baseline | Sealroom (refresh) | Quay |  | ",
        ),
        before=add_second_universe,
    ),
    Action(
        "managing.edit",
        lambda stage: managing.edit(
            stage.cast["admin"].actor, stage.universe, name="Port", environment="staging"
        ),
        (f"universe.changed | {ADMIN} | Port |  | ",),
    ),
    Action(
        "refreshing.refresh",
        lambda stage: refreshing.refresh(stage.cast["viewer"].actor, stage.universe),
        DRIFT,
        before=meddle,
    ),
    Action(
        "mirror.store",
        store_listing,
        (
            "secret.drift.vanished | Sealroom (refresh) | Harbor | PAY_KEY | ",
            "secret.drift.vanished | Sealroom (refresh) | Harbor | PAY_WEBHOOK | ",
        ),
    ),
    Action(
        "settling.settle",
        lambda stage: settling.settle(stage.cast["admin"].actor, older_than_seconds=0),
        on_universe("rotate", ADMIN, "PAY_KEY", "succeeded"),
        before=leave_rotation_open,
    ),
    Action(
        "master_keys.rotate",
        lambda stage: master_keys.rotate(stage.cast["admin"].actor),
        (f"master_key.rotated | {ADMIN} |  |  | ",),
    ),
    *KEY_ACTIONS,
    *CHANNEL_ACTIONS,
    *CONNECTING_ACTIONS,
    *BATCH_ACTIONS,
    *REVIEW_ACTIONS,
    *MAIL_ACTIONS,
    Action(
        "refusals.record",
        lambda stage: refusals.record(
            stage.cast["viewer"].actor,
            refusal(Permission.DELETE_SECRET, stage.universe.pk, "PAY_KEY"),
        ),
        ("access.refused | viewer@example.com | Harbor | PAY_KEY | ",),
    ),
    # What follows writes no event of its own: it is a part of the above, or changes no table
    # that the log tells of.
    Action("attempts.settle_row", settle_row, before=leave_rotation_open),
    Action(
        "attempts.overlaps",
        lambda _stage: attempts.overlaps(Change.objects.get()),
        before=leave_rotation_open,
    ),
    Action(
        "attempts.domains",
        lambda _stage: attempts.domains(Change.objects.get()),
        before=leave_rotation_open,
    ),
    Action("grant_rows.tell", tell_of_grant),
    Action(
        "terms.to_give",
        lambda stage: terms.to_give(stage.cast["viewer"].user, None, Terms(Role.VIEWER)),
    ),
    Action(
        "grants.give_first",
        lambda stage: grants.give_first(nothing_done(stage), stage.cast["stranger"].user, AS_ADMIN),
    ),
    Action(
        "grants.give_within",
        lambda stage: grants.give_within(
            nothing_done(stage), stage.cast["stranger"].user, None, Terms(Role.VIEWER)
        ),
    ),
    Action(
        "grant_rows.store_patterns",
        lambda _stage: grant_rows.store_patterns(Grant.objects.all()[0], ["PAY_*"]),
    ),
    Action("grant_rows.where_of", lambda _stage: grant_rows.where_of(Grant.objects.all()[0])),
    Action("grant_rows.locked", lambda _stage: grant_rows.locked(Grant.objects.all()[0])),
    Action(
        "grant_rows.all_locked",
        lambda stage: grant_rows.all_locked(stage.cast["viewer"].user, stage.universe),
    ),
    Action(
        "grant_rows.lock",
        lambda stage: grant_rows.lock(stage.cast["viewer"].user, stage.universe),
    ),
    Action("grant_rows.new", lambda stage: grant_rows.new(stage.cast["viewer"].user, None)),
    Action("grant_rows.store", store_grant),
    Action(
        "grant_rows.end",
        lambda stage: grant_rows.end(nothing_done(stage), Grant.objects.all()[0]),
    ),
    Action(
        "grants.keep_an_admin_beside",
        lambda stage: grants.keep_an_admin_beside(stage.cast["viewer"].user),
    ),
    Action(
        "mirror.take_over",
        lambda _stage: mirror.take_over(Change.objects.get(), None, is_sure=True),
        before=leave_rotation_open,
    ),
    Action("mirror.adopt", adopt),
    Action("mirror.new_row", lambda stage: mirror.new_row(stage.universe, "PAY_NEW")),
    Action("mirror.knows_newer", knows_newer),
    Action("mirror.keep", lambda stage: mirror.keep(mirrored(stage.universe))),
    Action("session_storage.stored_key", lambda _stage: session_storage.stored_key("key")),
    Action("session_storage.encrypt", lambda _stage: session_storage.encrypt(b"content", "row")),
    Action(
        "session_storage.decrypt",
        lambda _stage: session_storage.decrypt(session_storage.encrypt(b"content", "row"), "row"),
    ),
    Action("building.extend", lambda _stage: building.extend()),
    Action("building.forget_archived", lambda _stage: building.forget_archived()),
    Action("upkeep.clear_expired_cache", lambda _stage: upkeep.clear_expired_cache()),
    Action("upkeep.tell_counted", lambda _stage: upkeep.tell_counted()),
    Action("workers.this_host", lambda _stage: workers.this_host()),
    Action("workers.of_this_process", lambda _stage: workers.of_this_process()),
    Action("workers.beat", lambda _stage: workers.beat(workers.of_this_process())),
    Action("workers.end", lambda _stage: workers.end(workers.of_this_process())),
    Action("workers.forget_lost", lambda _stage: workers.forget_lost()),
    Action("workers.at_work", lambda _stage: workers.at_work()),
    Action("workers.is_seen", lambda _stage: workers.is_seen()),
    Action("key_proof.store", lambda _stage: key_proof.store()),
    Action("key_proof.is_stored", lambda _stage: key_proof.is_stored()),
    Action("key_proof.check", lambda _stage: key_proof.check()),
    Action("readiness.check", lambda _stage: readiness.check()),
    Action("installation.check_keys", lambda _stage: installation.check_keys()),
    Action("installation.check_ready", lambda _stage: installation.check_ready()),
    Action("installation.generate_keys", lambda _stage: installation.generate_keys()),
    Action("installation.prepare_database", lambda _stage: installation.prepare_database()),
    *ACCESS_ACTIONS,
    *ADDRESS_ACTIONS,
    *ARCHIVE_ACTIONS,
    *BACKUP_ACTIONS,
    *PROPOSAL_ACTIONS,
    *ENTRY_ACTIONS,
    *NEW_SIGN_IN_ACTIONS,
    *DUE_ACTIONS,
    *FACTOR_ACTIONS,
    *REQUEST_ACTIONS,
    *SEARCH_ACTIONS,
    *SERVER_ACTIONS,
    *GROUP_ACTIONS,
    *TEAM_ACTIONS,
    *IDENTITY_ACTIONS,
    *INVITATION_ACTIONS,
    *KEY_HEALTH_ACTIONS,
    *UNIVERSE_ACTIONS,
]
