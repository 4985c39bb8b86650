"""Adds, changes, stops, resumes and removes channels."""

from dataclasses import dataclass, field, replace
from uuid import uuid4

from django.db import IntegrityError

from secretsapp.channels import mailing, outcomes, rule, targets
from secretsapp.channels.rows import locked
from secretsapp.channels.rule import Rule
from secretsapp.channels.targets import Opened
from secretsapp.core import labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, InvalidInput, StaleVersion
from secretsapp.core.events.channels import ChannelEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.models import Channel
from secretsapp.models.channels import ChannelKind, ChannelState, DeliveryState, Rhythm
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.locks import lock_all
from secretsapp.rules.policy import require_installation
from secretsapp.rules.versions import differences, refuse_stale, version_of

TO_MANAGE = Right(Permission.MANAGE_CHANNELS)
CHANNELS_AT_MOST = 50
CHANGED_MEANWHILE = "Someone else changed this channel"
EDITED = ("name", "rule", "rhythm", "next_at", "shown", "encrypted_target", "position")
# The log is told that these are others, and not which.
UNSAID = ("address", "secret")


@dataclass(frozen=True)
class Terms:
    """What people choose of a channel; `target` and `secret` come in and are never shown again.

    Without a `target` the stored one stays; without a `secret` a webhook's is made where it has
    none, or where it `is_new_secret`, and stays otherwise.
    """

    name: str
    rule: Rule
    rhythm: str = Rhythm.AT_ONCE
    target: Plaintext | None = None
    secret: Plaintext | None = None
    is_new_secret: bool = False


@dataclass(frozen=True)
class Saved:
    """A channel that was saved; `secret` is what signs for a webhook, to be shown once if new."""

    channel: Channel
    secret: str = field(default="", repr=False)


def add(actor: Actor, kind: ChannelKind, terms: Terms) -> Saved:
    """A new channel, which is told of what happens from now on.

    Raises Forbidden, InvalidInput or AlreadyExists.
    """
    require_installation(actor, Permission.MANAGE_CHANNELS)
    terms = _checked(kind, terms)
    if terms.target is None:
        raise InvalidInput("Enter where the channel leads.", field="target")
    opened = Opened(targets.checked(kind, terms.target), targets.secret_for(kind, terms.secret))
    channel = Channel(id=uuid4(), kind=kind)
    _take(channel, terms, opened)
    try:
        with acting(actor, TO_MANAGE) as act:
            _refuse_too_many()
            channel.position = rule.newest()
            channel.encrypted_target = targets.encrypt(channel.pk, opened)
            channel.save(force_insert=True)
            act.tell(ChannelEvent.CHANNEL_ADDED, subject=channel, detail=_words(channel))
    except IntegrityError:
        raise _taken(terms.name) from None
    return Saved(channel, opened.secret)


def _checked(kind: ChannelKind, terms: Terms, before: Rule | None = None) -> Terms:
    """The terms in their one form; raises InvalidInput."""
    name = terms.name.strip()
    labels.check_label(name, field="name", what="a name for the channel")
    if kind is not ChannelKind.EMAIL and terms.rhythm != Rhythm.AT_ONCE:
        raise InvalidInput("Only email can be a digest.", field="rhythm")
    if kind is not ChannelKind.WEBHOOK and (terms.secret is not None or terms.is_new_secret):
        raise InvalidInput("Only webhooks have a signing secret.", field="secret")
    return replace(terms, name=name, rule=rule.checked(terms.rule, before))


def _take(channel: Channel, terms: Terms, opened: Opened | None) -> None:
    """Let the channel be as the terms say; `opened` where it leads elsewhere from now on."""
    channel.name, channel.rule = terms.name, rule.written(terms.rule)
    if channel.rhythm != terms.rhythm or channel.position is None:
        channel.rhythm, channel.next_at = terms.rhythm, mailing.first_at(terms.rhythm)
    if opened:
        channel.shown = targets.shown(ChannelKind(channel.kind), opened.address)


def _refuse_too_many() -> None:
    lock_all(Channel.objects.all())
    if Channel.objects.count() >= CHANNELS_AT_MOST:
        raise InvalidInput(
            f"There are {CHANNELS_AT_MOST} channels already, which is the most. Remove one first."
        )


def _taken(name: str) -> AlreadyExists:
    return AlreadyExists(
        f"There is already a channel named “{name}”. Choose another name.", field="name"
    )


def version(channel: Channel) -> str:
    """What tells whether a channel is still as a person saw it."""
    return version_of(channel.name, channel.rule, channel.rhythm, channel.shown)


def edit(actor: Actor, channel: Channel, terms: Terms, *, seen_version: str = "") -> Saved:
    """Change a channel; raises Forbidden, InvalidInput, AlreadyExists, StaleVersion or NotFound.

    With another target or secret the events say so, and not which.
    """
    require_installation(actor, Permission.MANAGE_CHANNELS)
    kind = ChannelKind(channel.kind)
    terms = _checked(kind, terms, rule.readable(channel))
    address = targets.checked(kind, terms.target) if terms.target else None
    is_other = terms.secret is not None or terms.is_new_secret
    secret = targets.secret_for(kind, terms.secret) if is_other else ""
    try:
        with acting(actor, TO_MANAGE) as act:
            stored = locked(channel)
            refuse_stale(seen_version, version(stored), what=CHANGED_MEANWHILE)
            before, known = _words(stored), targets.decrypt(stored)
            opened = Opened(address or known.address, secret or known.secret)
            _take(stored, terms, opened)
            detail = differences(
                before | _hashed(known), _words(stored) | _hashed(opened), unsaid=UNSAID
            )
            if detail:
                stored.encrypted_target = targets.encrypt(stored.pk, opened)
                if opened.address != known.address:
                    mailing.take_back(stored)
                stored.save(update_fields=EDITED)
                act.tell(ChannelEvent.CHANNEL_CHANGED, subject=stored, detail=detail)
    except IntegrityError:
        raise _taken(terms.name) from None
    return Saved(stored, secret)


def _hashed(opened: Opened) -> dict[str, str]:
    """What tells one target from another; none of it is told."""
    return {"address": version_of(opened.address), "secret": version_of(opened.secret)}


def _words(channel: Channel) -> dict[str, str]:
    """What the log is told of a channel."""
    words = {
        "name": channel.name,
        "kind": channel.kind,
        "host": channel.shown,
        "rhythm": channel.rhythm,
    }
    return words | _words_of_rule(rule.readable(channel))


def _words_of_rule(wanted: Rule | None) -> dict[str, str]:
    if wanted is None:
        return dict.fromkeys(("events", "severity", "universes", "environments"), "unreadable")
    return {
        "events": ", ".join(wanted.events),
        "severity": str(wanted.at_least),
        "universes": ", ".join(map(str, wanted.universes)),
        "environments": ", ".join(each or "none" for each in wanted.environments),
    }


def remove(actor: Actor, channel: Channel) -> None:
    """Forget a channel and what was delivered to it; raises Forbidden or NotFound."""
    with acting(actor, TO_MANAGE) as act:
        stored = locked(channel)
        detail = {"kind": stored.kind, "host": stored.shown}
        Channel.objects.filter(pk=stored.pk).delete()
        act.tell(ChannelEvent.CHANNEL_REMOVED, subject=channel, detail=detail)


def turn_off(actor: Actor, channel: Channel) -> None:
    """Tell a channel nothing more until it is resumed; raises Forbidden or NotFound."""
    with acting(actor, TO_MANAGE) as act:
        stored = locked(channel)
        if stored.state == ChannelState.OFF:
            return
        stored.state, stored.why = ChannelState.OFF, ""
        mailing.take_back(stored)
        stored.save(update_fields=["state", "why", "position"])
        act.tell(ChannelEvent.CHANNEL_TURNED_OFF, subject=stored)


def resume(actor: Actor, channel: Channel, *, from_now: bool) -> None:
    """Tell a channel again: from where it stopped, or of what happens from now on.

    Raises Forbidden, NotFound or BadRule.
    """
    with acting(actor, TO_MANAGE) as act:
        stored = locked(channel)
        if stored.state == ChannelState.ON:
            return
        rule.of(stored)
        stored.state, stored.why = ChannelState.ON, ""
        stored.failing_since, stored.next_at = None, mailing.first_at(stored.rhythm)
        detail = {"from": str(stored.position + 1)}
        if from_now:
            outcomes.end_waiting(stored)
            head = rule.newest()
            detail = {"from": str(head + 1), "count": _count(stored, head)}
            stored.position = head
        stored.save(update_fields=["state", "why", "failing_since", "next_at", "position"])
        act.tell(ChannelEvent.CHANNEL_RESUMED, subject=stored, detail=detail)


def _count(channel: Channel, up_to: int) -> str:
    return str(rule.matching(channel, channel.position, up_to).count())


def retry(actor: Actor, channel: Channel) -> None:
    """Let the worker try at once what waits to be tried again; raises Forbidden or NotFound."""
    with acting(actor, TO_MANAGE):
        stored = locked(channel)
        if stored.is_failing:
            Channel.objects.filter(pk=stored.pk).update(next_at=None)


def skip(actor: Actor, channel: Channel, *, last: int) -> None:
    """Give up what could not be delivered up to event `last`, and go on behind it.

    Raises Forbidden, NotFound, and StaleVersion where something else waits by now.
    """
    with acting(actor, TO_MANAGE) as act:
        stored = locked(channel)
        waiting = stored.deliveries.filter(state=DeliveryState.WAITING, last=last).first()
        if waiting is None:
            raise StaleVersion("It was delivered or skipped meanwhile. Nothing was changed.")
        outcomes.end_waiting(stored)
        stored.position, stored.next_at = max(stored.position, last), None
        stored.failing_since = None
        stored.save(update_fields=["position", "next_at", "failing_since"])
        detail = {"count": str(waiting.count), "first": str(waiting.first), "last": str(last)}
        act.tell(ChannelEvent.CHANNEL_SKIPPED, subject=stored, detail=detail)
