"""The parts of an event's row. They are no templates, because a page of the log has fifty rows.

What a template would write is escaped here, in a third of the time.
"""

from collections.abc import Iterator
from functools import cache
from html import escape

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsapp.core.actor import ActorKind
from secretsapp.core.events.kinds import Result, Severity, Verb
from secretsapp.log.event_view import EventView, Part
from secretsapp.models import Universe
from secretsapp.web import times
from secretsapp.web.avatars import avatar
from secretsapp.web.environments import environment_tag
from secretsapp.web.event_labels import RESULT_LABELS, VERB_LABELS
from secretsapp.web.icons import icon

_WARNING = '<span class="visually-hidden">Warning: </span>'
# The link opens the facts in place once the row is opened; without a script it leads to their page.
_CLOSED = (
    '<details class="event-rest"><summary{focus}>{chevron}'
    '<span class="visually-hidden">Details of event {number}</span></summary>'
    '<p hx-get="{address}" hx-trigger="toggle once from:closest details" hx-swap="outerHTML">'
    '<a href="{address}">Event {number}</a></p></details>'
)
_CHIP = '<span class="event-result chip chip-{}">{}{}</span>'


def row(
    event: EventView, *, universe: Universe | None, has_day: bool, focused: bool = False
) -> SafeString:
    """A row that is closed, of which the day stands above it with `has_day`."""
    rest = _CLOSED.format(
        address=address(event.sequence),
        number=event.sequence,
        chevron=icon("chevron"),
        focus=" autofocus" if focused else "",
    )
    return _markup(
        f'<li class="event event-{event.severity}" id="event-{event.sequence}">\n'
        f"{line(event, universe, has_day=has_day)}\n{rest}\n</li>"
    )


def line(
    event: EventView, universe: Universe | None = None, *, has_day: bool = False
) -> SafeString:
    """All of a row but what opens."""
    place = event.universe if event.says_where and not universe else None
    tag = environment_tag(place.environment) if place else ""
    came_from = f'<span class="event-address muted">{escape(event.address)}</span>'
    parts = (
        f'<span class="event-time muted">{_time(event, has_day=has_day)}</span>',
        verb_dot(event.verb),
        f'<div class="event-line"><p class="event-sentence">{sentence(event, universe)}</p>',
        f"{tag}</div>",
        came_from if event.address else "",
        result_chip(event),
    )
    return _markup("\n".join(parts))


def _time(event: EventView, *, has_day: bool) -> str:
    if not event.time:
        return "Unreadable time"
    return times.clock(event.time) if has_day else times.moment(event.time)


def address(sequence: int) -> str:
    """Where that event has its page; a page of the log asks for many, so they are put together."""
    return f"{_events()}{sequence}/"


@cache
def _events() -> str:
    return reverse("event", args=[1]).removesuffix("1/")


def mark(event: EventView) -> SafeString:
    """The mark of who acted."""
    return avatar(event.actor_name, event.person_name, event.mark) if event.mark else avatar()


def who(event: EventView) -> SafeString:
    """Who acted, where the sentence follows the name; a command is no one's name."""
    if not event.names_actor:
        return _markup("")
    name = _text(event.who)
    return _markup(name if event.mark == ActorKind.COMMAND else f"<strong>{name}</strong>")


def sentence(event: EventView, universe: Universe | None = None) -> SafeString:
    """Who did what and where; the `universe` that a whole page is about is not named again."""
    begin = _WARNING if event.severity == Severity.WARNING else ""
    parts = "".join(_part(event, part) for part in event.parts)
    rest = "".join(_rest(event, names_universe=event.names_universe and not universe))
    return _markup(f"{mark(event)} {begin}{who(event)} {parts}{rest}")


def _rest(event: EventView, *, names_universe: bool) -> Iterator[str]:
    """What the sentence itself does not say."""
    if event.names_secret:
        yield f" on {_secret(event, event.secret_name)}"
    if names_universe:
        yield f" in {_universe(event, event.universe_name)}"
    if not event.names_actor and event.address:
        yield f" from {escape(event.address)}"
    if event.afterword:
        yield f": {_text(event.afterword)}"


def _part(event: EventView, part: Part) -> str:
    if part.time:
        return times.day(part.time) if part.place == "last_day" else times.moment(part.time)
    match part.place:
        case "":
            return escape(part.text)
        case "secret":
            return _secret(event, part.text)
        case "pattern":
            return _name(part.text)
        case "universe":
            return _universe(event, part.text)
    return _text(part.text)


def _text(text: str) -> str:
    return f"<bdi>{escape(text)}</bdi>"


def _name(name: str) -> str:
    return f'<bdi class="name">{escape(name)}</bdi>'


def _secret(event: EventView, name: str) -> str:
    if not event.links_secret:
        return _name(name)
    address = escape(reverse("secret", args=[event.universe_id, event.secret_name]))
    return f'<a class="name" href="{address}">{_text(name)}</a>'


def _universe(event: EventView, name: str) -> str:
    if not event.links_universe:
        return _text(name)
    return f'<a href="{_universes()}{event.universe_id}/">{_text(name)}</a>'


@cache
def _universes() -> str:
    return reverse("universe", args=[1]).removesuffix("1/")


def _markup(text: str) -> SafeString:
    """What was written here, with whatever is anyone's text escaped."""
    return SafeString(text)  # nosec B703


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
