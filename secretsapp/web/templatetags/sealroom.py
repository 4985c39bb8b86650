"""What templates need beyond Django: times, icons, and what is in the navigation."""

from datetime import datetime
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from dashboard.env import is_loopback
from secretsapp import __version__
from secretsapp.core.actor import Actor
from secretsapp.core.events.kinds import Result
from secretsapp.core.hints import is_any_host, is_stale
from secretsapp.core.input_rules import NEVER_SENDABLE
from secretsapp.core.sealing import short_fingerprint
from secretsapp.core.times import parse_roblox_time
from secretsapp.core.value_gate import caution_of
from secretsapp.home.frame import Frame, Reach, compose_frame, reach_of, roles_of
from secretsapp.models import Universe
from secretsapp.people.required_factors import Due
from secretsapp.secrets import open_changes
from secretsapp.secrets.open_changes import Watched
from secretsapp.secrets.secret_view import SecretView
from secretsapp.web import single_keys, times
from secretsapp.web.avatars import avatar
from secretsapp.web.environments import environment_short, environment_tag, owner_words
from secretsapp.web.event_labels import (
    DETAIL_EMPTY,
    DETAIL_LABELS,
    DETAIL_TIMES,
    RESULT_LABELS,
    ResultLabel,
)
from secretsapp.web.factor_gate import due_of
from secretsapp.web.forms.generating import GenerateForm
from secretsapp.web.icons import icon
from secretsapp.web.requests import ActorRequest
from secretsapp.web.signing_in import is_back_from_unsent_form
from secretsapp.web.tabs import Tab, tabs_of_universe
from secretsapp.web.views.form_pages import KEY

register = template.Library()

THEMES = ("light", "dark")

for tag in (times.ago, times.ahead, times.moment, times.clock, times.day, icon, avatar):
    register.simple_tag(tag)


@register.simple_block_tag
def crumbs(content: SafeString) -> SafeString:
    """The way to the page from the first one on, around a `crumb` for each further step."""
    return format_html(
        '<nav class="crumbs" aria-label="Breadcrumb"><ol class="muted">{}{}</ol></nav>',
        crumb("Home", "home"),
        content,
    )


@register.simple_block_tag
def menu(content: SafeString, label: str, kind: str = "row") -> SafeString:
    """What else there is to do, behind three dots: a `menu-item` each, one below the other.

    `label` says of what; `kind` is `row`, or `head` for the one in the head of a page.
    """
    button = "btn-quiet" if kind == "row" else "btn-outline-secondary"
    return format_html(
        '<details class="menu menu-{}"><summary class="btn btn-icon {}">{}'
        '<span class="visually-hidden">{}</span></summary>'
        '<div class="panel drop menu-panel">{}</div></details>',
        kind,
        button,
        icon("dots"),
        label,
        content,
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
    """What surrounds the page for the actor, if there is one."""
    actor = _actor(context)
    if actor is None:
        return None
    return compose_frame(actor, context.get("at_hand"), context.get("waiting"))


@register.simple_tag(takes_context=True)
def reach(context: Context) -> Reach | None:
    """Where beyond universes the actor may go."""
    actor = _actor(context)
    return None if actor is None else reach_of(actor)


@register.simple_tag(takes_context=True)
def key_goals(context: Context) -> str:
    """Where single keys lead on the page, for js/keys.js."""
    actor, universe = _actor(context), context.get("universe")
    if actor is None:
        return ""
    return single_keys.goals(actor, universe if isinstance(universe, Universe) else None)


@register.simple_tag(takes_context=True)
def own_roles(context: Context) -> list[str]:
    """The roles that the actor has somewhere, in words."""
    actor = _actor(context)
    return [] if actor is None else roles_of(actor)


@register.simple_tag(takes_context=True)
def factor_due(context: Context) -> Due | None:
    """From when on the person must have a second factor that they lack, if so."""
    request: ActorRequest | None = context.get("request")
    return due_of(request) if request and hasattr(request, "actor") else None


def _actor(context: Context) -> Actor | None:
    return getattr(context.get("request"), "actor", None)


@register.simple_tag(takes_context=True)
def universe_tabs(context: Context, universe: Universe, secrets: int | str = "") -> list[Tab]:
    """The pages of a universe that the actor can open; `secrets` is how many it has."""
    counted = secrets if isinstance(secrets, int) else None
    return tabs_of_universe(context["request"].actor, universe, counted)


@register.simple_tag(takes_context=True)
def site_host(context: Context) -> str:
    """The host under which people know this installation; on this machine as it was asked for."""
    site = urlsplit(settings.SITE_URL)
    if not is_loopback(site.hostname or ""):
        return site.netloc
    request: HttpRequest | None = context.get("request")
    return request.get_host() if request else site.netloc


@register.simple_tag
def generate_form() -> GenerateForm:
    """What a value that the server makes is to be like, for a form in which one is saved."""
    return GenerateForm()


@register.simple_tag
def version() -> str:
    """The version of Sealroom."""
    return __version__


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The theme that was chosen in this browser, or nothing: then the system's own."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in THEMES else ""


@register.simple_tag(takes_context=True)
def has_single_keys(context: Context) -> bool:
    """Whether single keys do something in this browser: a person can turn them off."""
    request: HttpRequest | None = context.get("request")
    return not (request and request.COOKIES.get("shortcuts") == "off")


@register.simple_tag(takes_context=True)
def is_unsent(context: Context) -> bool:
    """Whether the page is opened again after its form was sent without a session."""
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    return bool(request and user and user.is_authenticated and is_back_from_unsent_form(request))


@register.simple_tag(takes_context=True)
def key_to_test(context: Context, form: BaseForm) -> str:
    """The address of the universe's key, if that can be why the form failed and one can test it."""
    actor, universe = _actor(context), context.get("universe")
    if actor is None or universe is None or not fails_by_key(form):
        return ""
    address = reverse("api_key", args=[universe.api_key_id])
    return address if reach_of(actor).may_manage_api_keys else ""


@register.filter
def fails_by_key(form: BaseForm) -> bool:
    """Whether Roblox refused what the form asked for, and the API key can be why."""
    return form.has_error(NON_FIELD_ERRORS, KEY)


@register.simple_tag
def still_open(view: SecretView) -> Watched:
    """What is to be said of the open changes of a secret, for a form that is left as it is."""
    return Watched(open=open_changes.told(view.open), settled=[])


register.filter("day_words", times.day_words)
register.filter("is_any_domain", is_any_host)


@register.filter("is_stale")
def is_stale_now(synced_at: datetime) -> bool:
    """Whether Roblox was read too long ago to say how it is there now."""
    return is_stale(synced_at, timezone.now())


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
def detail_label(key: str) -> str:
    """What a detail of an event is called: `update_time_before` is “Update time before”."""
    return DETAIL_LABELS.get(key) or key.replace("_", " ").capitalize()


@register.filter
def detail_words(value: str, key: str) -> str:
    """A detail of an event as pages say it; what is no time, as after an edit, stays as it is."""
    time = parse_roblox_time(value) if key in DETAIL_TIMES else None
    return times.moment(time) if time else value or DETAIL_EMPTY.get(key, "–")


@register.filter
def is_about(url_name: str | None, beginnings: str) -> bool:
    """Whether the page belongs to those whose names begin so, or so: they come with commas."""
    return (url_name or "").startswith(tuple(beginnings.split(",")))


@register.filter
def result_label(result: Result) -> ResultLabel:
    """What the result of an event is called, and its icon."""
    return RESULT_LABELS[result]


register.filter("environment_short", environment_short)
register.filter("environment_tag", environment_tag)
register.filter("owner_words", owner_words)


@register.filter
def first_line(text: str) -> str:
    """The first line of a text that has something in it."""
    return text.strip().partition("\n")[0].strip()
