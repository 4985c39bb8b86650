"""Makes a database ready: keys, triggers, the head of the audit log, the proof of the key."""

from django.db import connection

from secretsapp.core import actor as actors
from secretsapp.core import chain
from secretsapp.core.errors import LogBroken, MissingKey
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.log import wiped
from secretsapp.models import AuditEvent, AuditHead, Checkpoint, KeyProof
from secretsapp.models.audit import HEAD_ID
from secretsapp.operation import key_proof, system_account
from secretsapp.rules import keys, pending_migrations, schema, search_index, triggers
from secretsapp.rules.acting import NoRight, acting

GENERATED = (keys.SECRET_KEY, keys.MASTER_KEYS, keys.AUDIT_KEYS)


def generate_keys() -> list[str]:
    """Make the keys that neither the environment nor the data directory has; name them.

    Raises MissingKey where the database was set up before: new keys could not open it.
    """
    absent = [setting for setting in GENERATED if not keys.is_configured(setting)]
    lost = [setting for setting in absent if setting != keys.SECRET_KEY]
    if lost and _is_set_up():
        raise MissingKey(
            f"The database was set up with other keys, and {' and '.join(lost)} can't be "
            "found. Restore the keys of this installation; new ones can't decrypt it."
        )
    return [str(keys.generate(setting)) for setting in (*absent, *_checkpoint_keys())]


def _checkpoint_keys() -> list[keys.Ring]:
    """The ring of checkpoint keys, where it is to be made: beside audit keys that are ours.

    Where the environment gives those, the data directory may not last. Where checkpoints were
    signed, their key is lost: another would look like another log.
    """
    ring = keys.Ring.CHECKPOINT
    is_ours = keys.source_of(keys.Ring.AUDIT).is_ours
    return [ring] if is_ours and not keys.is_configured(ring) and not _has_checkpoints() else []


def _has_checkpoints() -> bool:
    table = Checkpoint._meta.db_table
    return table in connection.introspection.table_names() and Checkpoint.objects.exists()


def checkpoint_notice() -> str:
    """What is to be done so that checkpoints of the log can be signed; empty where nothing is."""
    if keys.is_configured(keys.Ring.CHECKPOINT):
        return ""
    if _has_checkpoints():
        return (
            "The checkpoint key is lost, so no checkpoint of the audit log can be signed. Restore "
            "CHECKPOINT_KEYS or its file from your copy of the keys."
        )
    return (
        "There is no checkpoint key, so Sealroom signs no checkpoints of the audit log. Put the "
        "output of `openssl rand -base64 32` into CHECKPOINT_KEYS or CHECKPOINT_KEYS_FILE, and "
        "restart every process."
    )


def _is_set_up() -> bool:
    """Whether it was, also where what shows it was taken out."""
    if KeyProof._meta.db_table not in connection.introspection.table_names():
        return False
    return key_proof.is_stored() or wiped.is_inhabited()


def prepare_database() -> list[str]:
    """Put triggers, head, key proof, search index and statistics in place; safe to repeat.

    Gives the names of the triggers that an installation which was set up had lost: the log tells
    that they are back, because someone may have taken them off to change it. Raises LogBroken
    where it has lost its head or its events, or the newest is not under our keys, KeyTrouble where
    the configured master keys do not open this database, NewerTables and SchemaChanged.
    """
    # Every command loads this module, and set-up alone needs that.
    from secretsapp.rules import log_statistics  # noqa: PLC0415

    keys.audit_ring()
    keys.check_strength()
    pending_migrations.check()
    search_index.remove_outdated()
    schema.check()
    actor = actors.command("setup", account=system_account.describe_account())
    with acting(actor, NoRight("set-up is run by someone who has the keys")) as act:
        wiped.check()
        was_set_up = key_proof.is_stored()
        if was_set_up:
            key_proof.check()
            _check_head()
            _check_last_event()
        else:
            _start_log()
            key_proof.store()
            act.tell(InstallationEvent.INSTALLATION_SET_UP)
        put_back = _guard()
        if put_back and was_set_up:
            act.tell(InstallationEvent.LOG_GUARDED, detail={"fields": ", ".join(put_back)})
    search_index.install()
    log_statistics.install()
    return put_back if was_set_up else []


def _guard() -> list[str]:
    """Put the triggers in place if any is missing; gives those that were.

    Beside a running dashboard they stay: to replace them would lock the log.
    """
    absent = triggers.missing()
    if absent:
        triggers.install()
    return absent


def _check_head() -> None:
    if not AuditHead.objects.filter(pk=HEAD_ID).exists():
        raise LogBroken(
            "The head of the audit log is missing: the log was tampered with. Restore a backup."
        )


def _start_log() -> None:
    if AuditEvent.objects.exists():
        raise LogBroken("There are audit events from before set-up. Use an empty database.")
    AuditHead.objects.get_or_create(
        pk=HEAD_ID, defaults={"sequence": 0, "link": chain.START_OF_CHAIN}
    )


def check_keys() -> None:
    """Raise KeyTrouble unless every key is configured, well formed and worth its name."""
    keys.check_secret_key()
    keys.master_ring()
    keys.audit_ring()
    keys.check_strength()


def check_ready() -> None:
    """Raise KeyTrouble, LogBroken, NewerTables or OlderTables unless this installation may start.

    The tables must be those of this version and as the migrations make them, the keys must open
    them, and the log must be guarded and have its head.
    """
    check_keys()
    pending_migrations.check()
    schema.check()
    wiped.check()
    key_proof.check()
    check_log()


def check_log() -> None:
    """Raise LogBroken, or MissingKey, unless triggers and head of the audit log are in place.

    It reads the newest event alone, so a long log takes no longer.
    """
    _check_head()
    _check_last_event()
    absent = triggers.missing()
    if absent:
        raise LogBroken(
            "Triggers that protect the audit log are missing. Run `manage.py setup`, then "
            "`manage.py verify_audit`."
        )


def _check_last_event() -> None:
    """The newest event tells whether the audit keys are those of this database."""
    last = AuditEvent.objects.order_by("-sequence").first()
    if last and not keys.audit_ring().verifies(last.link, mac=last.mac, key_id=last.key_id):
        raise LogBroken(
            "The newest audit event was not written with our audit key: someone edited it. "
            "Run `manage.py verify_audit` to see where the log breaks, and restore a backup."
        )
