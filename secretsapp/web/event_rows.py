"""The parts of an event's row. They are no templates, because a page of the log has fifty rows."""

from collections.abc import Iterator
from functools import cache

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from secretsapp.core.actor import ActorKind
from secretsapp.core.events.kinds import Result, Verb
from secretsapp.log.event_view import EventView, Part
from secretsapp.models import Universe
from secretsapp.web import times
from secretsapp.web.avatars import avatar
from secretsapp.web.event_labels import RESULT_LABELS, VERB_LABELS
from secretsapp.web.icons import icon

_CHIP = '<span class="event-result chip chip-{}">{}{}</span>'


def mark(event: EventView) -> SafeString:
    """The mark of who acted."""
    return avatar(event.actor_name, event.person_name, event.mark) if event.mark else avatar()


def who(event: EventView) -> str:
    """Who acted, where the sentence follows the name; a command is no one's name."""
    if not event.names_actor:
        return ""
    is_name = event.mark != ActorKind.COMMAND
    shown = "<strong><bdi>{}</bdi></strong>" if is_name else "<bdi>{}</bdi>"
    return format_html(shown, event.who)


def sentence(event: EventView, universe: Universe | None = None) -> SafeString:
    """Who did what and where; the `universe` that a whole page is about is not named again."""
    words = [who(event), " ", *(_part(event, part) for part in event.parts)]
    words += _rest(event, names_universe=event.names_universe and not universe)
    # What is not our own markup is escaped.
    return SafeString("".join(map(conditional_escape, words)))  # nosec B703


def _rest(event: EventView, *, names_universe: bool) -> Iterator[str]:
    """What the sentence itself does not say."""
    if event.names_secret:
        yield from (" on ", _secret(event, event.secret_name))
    if names_universe:
        yield from (" in ", _universe(event, event.universe_name))
    if not event.names_actor and event.address:
        yield f" from {event.address}"
    if event.afterword:
        yield format_html(": <bdi>{}</bdi>", event.afterword)


def _part(event: EventView, part: Part) -> str:
    match part.place:
        case "":
            return part.text
        case "secret":
            return _secret(event, part.text)
        case "pattern":
            return _name(part.text)
        case "universe":
            return _universe(event, part.text)
        case "last_day" if part.time:
            return times.day(part.time)
        case "until" if part.time:
            return times.moment(part.time)
    return format_html("<bdi>{}</bdi>", part.text)


def _name(name: str) -> SafeString:
    return format_html('<bdi class="name">{}</bdi>', name)


def _secret(event: EventView, name: str) -> SafeString:
    if not event.links_secret:
        return _name(name)
    address = reverse("secret", args=[event.universe_id, event.secret_name])
    return format_html('<a class="name" href="{}"><bdi>{}</bdi></a>', address, name)


def _universe(event: EventView, name: str) -> SafeString:
    if not event.links_universe:
        return format_html("<bdi>{}</bdi>", name)
    return format_html('<a href="{}{}/"><bdi>{}</bdi></a>', _universes(), event.universe_id, name)


@cache
def _universes() -> str:
    return reverse("universe", args=[1]).removesuffix("1/")


@cache
def verb_dot(verb: Verb | None) -> SafeString:
    """The dot before an event, in the tone of its verb, which is read out."""
    label = VERB_LABELS[verb]
    return format_html(
        '<span class="event-verb" title="{}"><span class="dot dot-{}" aria-hidden="true"></span>'
        '<span class="visually-hidden">{}</span></span>',
        label.word.capitalize(),
        label.tone,
        label.word,
    )


def result_chip(event: EventView) -> str:
    """What came of it; nothing where it succeeded, as most do."""
    return _chip(event.result, is_open=event.is_open)


@cache
def _chip(result: Result | None, *, is_open: bool) -> str:
    if result is None or result is Result.SUCCEEDED:
        return ""
    label = RESULT_LABELS[result]
    if result is not Result.STARTED:
        return format_html(_CHIP, label.tone, "", label.word)
    if is_open:
        return format_html(_CHIP, label.tone, icon(label.icon), f" {label.word}")
    return format_html(_CHIP, "quiet", "", "Started")
