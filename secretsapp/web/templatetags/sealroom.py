"""What templates need beyond Django: times, icons, and what stands in the navigation."""

from datetime import datetime, timedelta
from functools import cache

from django import template
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from secretsapp.core.event_kinds import Result, Verb
from secretsapp.core.input_rules import ANY_DOMAIN, NEVER_SENDABLE
from secretsapp.core.sealing import short_fingerprint
from secretsapp.core.times import sentence_time
from secretsapp.core.value_gate import caution_of
from secretsapp.home.frame import Frame, compose_frame
from secretsapp.secrets import open_changes
from secretsapp.secrets.listing import SecretView
from secretsapp.secrets.open_changes import Watched
from secretsapp.web.event_labels import RESULT_LABELS, VERB_LABELS, ResultLabel, VerbLabel
from secretsapp.web.signing_in import is_back_from_unsent_form

register = template.Library()

THEMES = ("light", "dark")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
_UNITS = (
    (YEAR, "year", "years"),
    (MONTH, "month", "months"),
    (DAY, "day", "days"),
    (HOUR, "hour", "hours"),
    (MINUTE, "min", "min"),
)


def age(time: datetime, now: datetime) -> str:
    """How long ago in words, by the largest unit that fits."""
    passed = now - time
    for unit, one, several in _UNITS:
        count = passed // unit
        if count >= 1:
            return f"{count} {one if count == 1 else several} ago"
    return "just now"


@register.simple_tag
def ago(time: datetime) -> SafeString:
    """How long ago it was, with the exact time in UTC behind it."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        time.isoformat(),
        sentence_time(time),
        age(time, timezone.now()),
    )


@register.simple_tag
def ahead(time: datetime) -> SafeString:
    """How long it is until then, with the exact time in UTC behind it."""
    left = age(timezone.now(), time)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        time.isoformat(),
        sentence_time(time),
        f"in {left.removesuffix(' ago')}" if left.endswith(" ago") else "now",
    )


@register.simple_tag
def moment(time: datetime) -> SafeString:
    """The exact time in UTC."""
    return format_html('<time datetime="{}">{}</time>', time.isoformat(), sentence_time(time))


@register.simple_tag
def clock(time: datetime) -> SafeString:
    """The time of a day that is said elsewhere, in UTC."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        time.isoformat(),
        sentence_time(time),
        f"{time:%H:%M}",
    )


@register.simple_tag
def day(time: datetime) -> SafeString:
    """The day of it, with the exact time in UTC behind it."""
    exact = sentence_time(time)
    words = exact.partition(",")[0]
    return format_html('<time datetime="{}" title="{}">{}</time>', time.isoformat(), exact, words)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside words that say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        _icons(),
        name,
    )


@cache
def _icons() -> str:
    """The address of the drawings: a list has hundreds, and finding it out each time is slow."""
    return static("img/icons.svg")


@register.simple_block_tag
def crumbs(content: SafeString) -> SafeString:
    """The way to the page, around a `crumb` for each step of it."""
    return format_html(
        '<nav class="crumbs" aria-label="Breadcrumb"><ol class="muted">{}</ol></nav>', content
    )


@register.simple_tag
def crumb(words: str, url_name: str = "", *args: object, is_name: bool = False) -> SafeString:
    """A step of the way, by the name and the arguments of its address; without, the page itself.

    `is_name` says that the words are a secret's name.
    """
    shown = format_html("<bdi>{}</bdi>", words)
    if not url_name:
        return format_html('<li aria-current="page">{}</li>', shown)
    link = (
        '<li><a class="name" href="{}">{}</a></li>' if is_name else '<li><a href="{}">{}</a></li>'
    )
    return format_html(link, reverse(url_name, args=args), shown)


@register.simple_tag(takes_context=True)
def frame(context: Context) -> Frame | None:
    """What stands around the page for whoever is acting, if anybody is."""
    request: HttpRequest | None = context.get("request")
    actor = getattr(request, "actor", None)
    return None if actor is None else compose_frame(actor, context.get("at_hand"))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that was chosen in this browser, or nothing: then the system's own."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def is_unsent(context: Context) -> bool:
    """Whether the page is opened again after its form was sent without a session."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    return bool(request and user and user.is_authenticated and is_back_from_unsent_form(request))


@register.simple_tag
def still_open(view: SecretView) -> Watched:
    """What is to be said of the open changes of a secret, for a form that is left as it is."""
    return Watched(open=open_changes.told(view.open), settled=[])


@register.filter
def is_any_domain(domain: str) -> bool:
    """Whether the value may be sent anywhere."""
    return domain == ANY_DOMAIN


@register.filter
def is_never_sendable(domain: str) -> bool:
    """Whether the value may be sent nowhere."""
    return domain == NEVER_SENDABLE


register.filter("caution_of", caution_of)


@register.filter
def short_key(fingerprint: str) -> str:
    """The beginning of a public key's fingerprint, for people to compare."""
    return short_fingerprint(fingerprint)


@register.filter
def words(identifier: str) -> str:
    """An identifier such as `update_time_before` in words."""
    return identifier.replace("_", " ").capitalize()


@register.filter
def owner_words(owner: str) -> str:
    """The owner of a universe as Roblox names it: `groups/1234567` is “Group 1234567”."""
    kind, _, number = owner.partition("/")
    return f"{kind.removesuffix('s').capitalize()} {number}" if number else "Unknown owner"


@register.filter
def is_about(url_name: str | None, beginning: str) -> bool:
    """Whether the page belongs to those whose names begin so."""
    return (url_name or "").startswith(beginning)


@register.filter
def verb_label(verb: Verb | None) -> VerbLabel:
    """What the verb of an event is called, and the tone of its dot."""
    return VERB_LABELS[verb]


@register.filter
def result_label(result: Result) -> ResultLabel:
    """What the result of an event is called, and its icon."""
    return RESULT_LABELS[result]


ENVIRONMENT_SHORT = {"production": "PROD", "staging": "STAGE", "development": "DEV"}


@register.filter
def environment_short(environment: str) -> str:
    """An environment in a few letters, for narrow places."""
    return ENVIRONMENT_SHORT.get(environment, "")


@register.filter
def first_line(text: str) -> str:
    """The first line of a text that has something in it."""
    return text.strip().partition("\n")[0].strip()
