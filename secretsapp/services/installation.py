"""Makes a database ready: keys, triggers, the head of the audit log, the proof of the key."""

from django.db import connection, transaction

from secretsapp import keys, triggers
from secretsapp.core import chain
from secretsapp.core.errors import LogBroken, MissingKey
from secretsapp.models import AuditEvent, AuditHead, KeyProof
from secretsapp.models.audit import HEAD_ID

GENERATED = (keys.SECRET_KEY, keys.MASTER_KEYS, keys.AUDIT_KEYS)


def generate_keys() -> list[str]:
    """Make the keys that neither the environment nor the data directory has; name them.

    Raises MissingKey where the database was set up before: new keys could not open it.
    """
    absent = [setting for setting in GENERATED if not keys.is_configured(setting)]
    lost = [setting for setting in absent if setting != keys.SECRET_KEY]
    if lost and _is_set_up():
        raise MissingKey(
            f"The database was set up with other keys, and {' and '.join(lost)} cannot be found. "
            "Bring back the keys of this installation; new ones would not open it."
        )
    return [str(keys.generate(setting)) for setting in absent]


def _is_set_up() -> bool:
    tables = connection.introspection.table_names()
    return KeyProof._meta.db_table in tables and keys.has_proof()


def prepare_database() -> None:
    """Put triggers, head and key proof in place; safe to repeat.

    Raises LogBroken where an installation that was set up has lost its head, and KeyTrouble
    where the configured master keys do not open this database.
    """
    keys.audit_ring()
    with transaction.atomic():
        if keys.has_proof():
            keys.check_proof()
            _check_head()
        else:
            _start_log()
            keys.store_proof()
        # Beside a running dashboard they stay: to replace them would lock the log.
        if triggers.missing():
            triggers.install()


def _check_head() -> None:
    if not AuditHead.objects.filter(pk=HEAD_ID).exists():
        raise LogBroken(
            "The head of the audit log is missing: the log was tampered with. Restore a backup."
        )


def _start_log() -> None:
    if AuditEvent.objects.exists():
        raise LogBroken("There are audit events from before the set-up. Use an empty database.")
    AuditHead.objects.get_or_create(
        pk=HEAD_ID, defaults={"sequence": 0, "link": chain.START_OF_CHAIN}
    )


def check_keys() -> None:
    """Raise MissingKey unless every key is configured and well formed."""
    keys.check_secret_key()
    keys.master_ring()
    keys.audit_ring()


def check_ready() -> None:
    """Raise KeyTrouble or LogBroken unless this installation may start.

    The keys must open this database, and the triggers and the head of the audit log must be in
    place. It reads the newest event alone, so a long log takes no longer.
    """
    check_keys()
    keys.check_proof()
    _check_head()
    _check_last_event()
    absent = triggers.missing()
    if absent:
        raise LogBroken(
            "The triggers that protect the audit log are not in place. Run `manage.py setup`, "
            "then `manage.py verify_audit`."
        )


def _check_last_event() -> None:
    """The newest event tells whether the audit keys are those of this database."""
    last = AuditEvent.objects.order_by("-sequence").first()
    if last and not keys.audit_ring().verifies(last.link, mac=last.mac, key_id=last.key_id):
        raise LogBroken(
            "The newest audit event was not written with our audit key: somebody edited it. Run "
            "`manage.py verify_audit`, which says where the log breaks, and restore a backup."
        )
