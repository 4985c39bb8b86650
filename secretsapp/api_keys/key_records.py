"""Stores what came of a trial of a key, and tells the log when it stops working or works again."""

from dataclasses import replace

from django.utils import timezone

from secretsapp.api_keys import key_mail
from secretsapp.api_keys.key_reports import KeyReport
from secretsapp.api_keys.remembered import as_stored
from secretsapp.core.events.keys import KeyEvent
from secretsapp.core.key_verdicts import OF_THE_WAY
from secretsapp.models import ApiKey
from secretsapp.rules.acting import Act

FIELDS = [
    "checked_at",
    "check_verdict",
    "check_result",
    "broken_universe",
    "ends_at",
    "told",
    "told_at",
    "used_at",
]


def store(act: Act, stored: ApiKey, report: KeyReport) -> KeyReport:
    """Store what came of a trial, and tell what turned; as `keep` otherwise."""
    report = keep(stored, report)
    _tell_turn(act, stored, report)
    return report


def keep(stored: ApiKey, report: KeyReport) -> KeyReport:
    """Store what came of a trial; the report comes back with the end that is known now.

    What Roblox tells of new keys alone stays known: nothing that it leaves out changes that.
    """
    now = timezone.now()
    stored.checked_at = now
    stored.check_verdict, stored.check_result = report.verdict, report.result
    stored.broken_universe = report.broken_universe
    stored.ends_at = report.ends_at or stored.ends_at
    if report.hint is not None:
        stored.told, stored.told_at = as_stored(report.hint), now
    if report.verdict.has_read:
        stored.used_at = now
    stored.save(update_fields=FIELDS)
    return replace(report, ends_at=stored.ends_at)


def _tell_turn(act: Act, stored: ApiKey, report: KeyReport) -> None:
    """Tell once that the key stopped working, and once that it works again."""
    if report.verdict in OF_THE_WAY or report.passed is None:
        return
    if report.passed is bool(stored.failing_since is None):
        return
    stored.failing_since = None if report.passed else timezone.now()
    stored.save(update_fields=["failing_since"])
    if report.passed:
        act.tell(KeyEvent.API_KEY_WORKING, subject=stored)
    else:
        key_mail.queue_fails(stored)
        act.tell(KeyEvent.API_KEY_FAILING, subject=stored, detail={"result": report.result})
