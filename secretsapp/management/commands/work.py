"""`manage.py work`: what happens in the background, every few seconds, minutes and days."""

import itertools
import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import Error, close_old_connections, connections

from secretsapp.access import end_mail, request_mail, requests, reviews
from secretsapp.api_keys import end_warnings, key_mail, looking, losses
from secretsapp.batches import finishing, running
from secretsapp.channels import delivering, mailing, outcomes
from secretsapp.core import actor as actors
from secretsapp.core.errors import SealroomError
from secretsapp.due import due_mail, reminding, team_mail
from secretsapp.groups import watching as groups
from secretsapp.log import checkpoints, witnessing
from secretsapp.log.index import building
from secretsapp.mail import outbox, sending
from secretsapp.management.base import SealroomCommand
from secretsapp.management.batch_threads import BatchThreads
from secretsapp.management.ending import Told
from secretsapp.management.heartbeat import INTERVAL_SECONDS, Heartbeat
from secretsapp.management.output import settled_line
from secretsapp.operation import upkeep, workers
from secretsapp.operation.workers import is_seen
from secretsapp.people import (
    address_mail,
    factor_mail,
    factor_reminders,
    identity_mail,
    invitation_links,
    invitations,
    new_sign_ins,
    not_me_mail,
    password_mail,
    wrong_passwords,
)
from secretsapp.secrets import forced_mail, proposal_mail, proposals, settling
from secretsapp.servers import following, publications, watching
from secretsapp.universes import retrying

log = logging.getLogger(__name__)

# Every kind of mail that rooms queue.
MAILS = (
    end_mail.KIND,
    end_mail.TO_DECIDE,
    request_mail.REQUESTED,
    request_mail.DECIDED,
    request_mail.LAPSED,
    forced_mail.KIND,
    proposal_mail.KIND,
    proposal_mail.LAPSED,
    invitation_links.KIND,
    factor_mail.KIND,
    factor_reminders.KIND,
    not_me_mail.SIGN_IN,
    address_mail.QUESTION,
    address_mail.TOLD,
    identity_mail.KIND,
    key_mail.ENDS,
    key_mail.FAILS,
    mailing.KIND,
    due_mail.KIND,
    team_mail.KIND,
)
ROUNDS_A_MINUTE = 12
ROUNDS_A_DAY = 24 * 60 * ROUNDS_A_MINUTE


class Command(SealroomCommand):
    """Works in the background."""

    help = (
        "Every few seconds, send the mail that waits, index the audit log, extend the tree over "
        "it, sign a checkpoint that is due and give it to the witnesses, and tell channels what "
        "happened. All the time, send the changes of batches. Every minute, settle open changes, "
        "end proposals, requests, reviews and invitations that waited too long, retry what could "
        "not be read from Roblox, read how far changes and restarts are at the game servers, look "
        "at the API keys that are due, warn of those that expire soon, read the groups that own "
        "universes and log what was only counted. Once a day, tell what is due, and delete ended "
        "sessions, expired counts, old mail and old deliveries. Any number can run at once. "
        "SIGTERM and Ctrl-C stop it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to go on, or to work at all."""
        instead = parser.add_mutually_exclusive_group()
        instead.add_argument("--once", action="store_true", help="Do one round and stop.")
        instead.add_argument(
            "--seen",
            action="store_true",
            help="Only say whether a worker on this host was seen within the last minute.",
        )

    def run(self, options: dict[str, Any]) -> None:
        """Round after round until told to end, even in the middle of one: nothing is lost then."""
        if options["seen"]:
            self._say_whether_seen()
            return
        self.require_ready()
        if options["once"]:
            for part in (*_parts(0), finishing.catch_up, running.run_due, finishing.end_finished):
                part()
            return
        told = Told()
        try:
            told.listen()
            self.stdout.write("Working. SIGTERM or Ctrl-C stops it.")
            self.stdout.flush()
            with Heartbeat() as heartbeat, BatchThreads():
                _go_on(heartbeat, told)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def _say_whether_seen(self) -> None:
        if not is_seen(workers.this_host()):
            raise CommandError(
                "No worker on this host was seen within the last minute. Start `manage.py "
                "work`, or check its log for why it stopped."
            )
        self.stdout.write("A worker on this host is running.")


def _go_on(heartbeat: Heartbeat, told: Told) -> None:
    """A part that fails is a line in the log; the others are done, and it is tried again.

    In the end this thread lets go of the database, so that the worker's row can be deleted.
    """
    try:
        for number in itertools.count():
            heartbeat.begin_round()
            for part in _parts(number):
                _try(part)
                told.end_if_told()
            time.sleep(INTERVAL_SECONDS)
    finally:
        connections.close_all()


def _try(part: Callable[[], object]) -> None:
    try:
        part()
    except SealroomError as error:
        log.error("This round failed: %s", error)
    except Error as error:
        log.error("This round failed because of the database: %s", type(error).__name__)
    except Exception:
        log.exception("This round failed because of an error in Sealroom.")


def _parts(number: int) -> list[Callable[[], object]]:
    """What is to be done in the round of that number."""
    parts: list[Callable[[], object]] = [close_old_connections, building.extend, _make_checkpoint]
    parts += [witnessing.ask_due, _deliver]
    if settings.EMAIL_HOST:
        parts += [_mail_links, _mail_warnings, _send_mail]
    if number % ROUNDS_A_MINUTE == 0:
        parts += [_settle, _tell_counted, _retry_unread, _lapse]
        parts += [
            _let_requests_lapse,
            _close_reviews,
            _end_invitations,
            end_mail.queue_due,
            factor_reminders.queue_due,
            _look_at_keys,
            _read_groups,
            _warn_of_ends,
            _remind,
        ]
    if number % ROUNDS_A_DAY == 0:
        parts.append(_clear)
    return parts


def _mail_links() -> None:
    password_mail.send_waiting(actors.system("mail"))


def _mail_warnings() -> None:
    wrong_passwords.warn_waiting(actors.system("mail"))


def _send_mail() -> None:
    sending.send_waiting(MAILS)


def _settle() -> None:
    for change in settling.settle(actors.system("settle")):
        log.info("%s", settled_line(change))
    _watch_servers()


def _retry_unread() -> None:
    for universe in retrying.retry_unread(actors.system("refresh")):
        log.info("Read %s again after it could not be read.", universe.name)


def _watch_servers() -> None:
    """What became of changes is watched at the servers; who can't settle can't watch either."""
    following.follow_due(actors.system("servers"))
    publications.settle_due(actors.system("servers"))
    watching.watch_due(actors.system("servers"))


def _look_at_keys() -> None:
    looking.look_due(actors.system("keys"))
    losses.tell_lost(actors.system("keys"))


def _read_groups() -> None:
    groups.read_due(actors.system("groups"))


def _warn_of_ends() -> None:
    end_warnings.warn_due(actors.system("keys"))


def _lapse() -> None:
    for _ in range(proposals.lapse_old()):
        log.info("A proposal lapsed: nobody decided it in time.")


def _end_invitations() -> None:
    invitations.end_expired(actors.system("invitations"))


def _tell_counted() -> None:
    upkeep.tell_counted()


def _remind() -> None:
    reminding.remind(actors.system("due"))


def _close_reviews() -> None:
    reviews.close_due(actors.system("review"))


def _let_requests_lapse() -> None:
    requests.lapse(actors.system("requests"))


def _deliver() -> None:
    delivering.deliver(actors.system("channels"))


def _make_checkpoint() -> None:
    checkpoints.make_due(actors.system("checkpoint"))


def _clear() -> None:
    call_command("clearsessions")
    upkeep.clear_ended_sessions()
    new_sign_ins.clear()
    upkeep.clear_expired_cache()
    finishing.cancel_forgotten()
    finishing.wipe_old()
    workers.forget_lost()
    outbox.clear()
    outcomes.clear()
