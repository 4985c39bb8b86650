"""Channels: listed, added, tested, changed, stopped and removed, and what was delivered to them."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.channels import keeping, listing, targets, testing
from secretsapp.channels.keeping import Saved
from secretsapp.channels.listing import ChannelView
from secretsapp.core.errors import BadRule, StaleVersion
from secretsapp.mail import outbox
from secretsapp.models import Channel
from secretsapp.models.channels import ChannelKind
from secretsapp.web.forms.channels import ChannelForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

LONGEST_NUMBER = 18


@require_safe
def channels(request: ActorRequest) -> HttpResponse:
    """Every channel, with its state."""
    return render(request, "channels/list.html", {"views": listing.overview(request.actor)})


@require_safe
def choose(request: ActorRequest) -> HttpResponse:
    """The kinds of channels to choose from."""
    listing.overview(request.actor)
    context = {"kinds": list(ChannelKind), "has_mail": outbox.is_set_up()}
    return render(request, "channels/choose.html", context)


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest, kind: str) -> HttpResponse:
    """A new channel of that kind."""
    if kind not in ChannelKind.values:
        raise Http404
    offered = listing.universes_to_choose(request.actor)
    form = ChannelForm(ChannelKind(kind), offered, form_pages.posted(request))
    return _saving(request, form, None, "Channel added. Send a test to see whether it arrives.")


def _saving(
    request: ActorRequest, form: ChannelForm, view: ChannelView | None, sentence: str
) -> HttpResponse:
    """Save what the form says; a secret that was made is shown at once, and never again."""
    saved: list[Saved] = []

    def save() -> Done:
        if view is None:
            saved.append(keeping.add(request.actor, form.kind, form.terms()))
        else:
            seen = form.cleaned_data["seen"]
            saved.append(keeping.edit(request.actor, view.channel, form.terms(), seen_version=seen))
        is_other = form.cleaned_data["target"] is not None
        caution = _caution(saved[0].channel) if is_other else ""
        return Done(sentence, _address(saved[0].channel), warning=caution)

    answer = form_pages.submitted(request, form, save)
    if answer is not None and saved[0].secret and not form.cleaned_data["secret"]:
        found = {"view": listing.view(request.actor, saved[0].channel.pk)}
        return render(request, "channels/secret.html", found | {"secret": saved[0].secret})
    template = "channels/edit.html" if view else "channels/add.html"
    return answer or form_pages.page(request, template, form, {"view": view})


def _caution(found: Channel) -> str:
    return targets.caution(ChannelKind(found.kind), found.shown)


@require_safe
def channel(request: ActorRequest, channel_id: UUID) -> HttpResponse:
    """A channel, and what was delivered to it."""
    view = listing.view(request.actor, channel_id)
    page = listing.deliveries(request.actor, view.channel, long_lists.asked(request).number)
    return render(
        request, "channels/channel.html", long_lists.context(request, page) | {"view": view}
    )


@require_http_methods(form_pages.METHODS)
def edit(request: ActorRequest, channel_id: UUID) -> HttpResponse:
    """What a channel is called, where it leads, and what it is told."""
    view = listing.view(request.actor, channel_id)
    kind, offered = ChannelKind(view.channel.kind), listing.universes_to_choose(request.actor)
    form = ChannelForm(kind, offered, form_pages.posted(request), view.channel)
    return _saving(request, form, view, "Changes saved.")


@require_http_methods(form_pages.METHODS)
def test(request: ActorRequest, channel_id: UUID) -> HttpResponse:
    """Send a test; a GET, as after signing in again, only leads to the channel's page."""
    found = listing.view(request.actor, channel_id).channel
    if request.method == "POST":
        outcome = testing.send_test(request.actor, found)
        if outcome.is_sent:
            messages.success(request, f"Test sent. {outcome.words}")
        else:
            messages.error(request, f"Test failed. {outcome.words}")
    return redirect(_address(found))


@require_http_methods(form_pages.METHODS)
def decide(request: ActorRequest, channel_id: UUID) -> HttpResponse:
    """Turn a channel off or resume it; retry or skip what could not be delivered."""
    found = listing.view(request.actor, channel_id).channel
    if request.method == "POST":
        try:
            if sentence := _decide(request, found):
                messages.success(request, sentence)
        except (BadRule, StaleVersion) as refusal:
            messages.warning(request, str(refusal))
    return redirect(_address(found))


def _decide(request: ActorRequest, found: Channel) -> str:
    """Do what was chosen; gives the sentence that says so."""
    choice, last = request.POST.get("choice", ""), request.POST.get("last", "")
    if choice == "off":
        keeping.turn_off(request.actor, found)
        return "Turned off. Nothing is sent until you resume it."
    if choice in ("resume", "from_now"):
        keeping.resume(request.actor, found, from_now=choice == "from_now")
        return "Resumed from now." if choice == "from_now" else "Resumed where it stopped."
    if choice == "retry":
        keeping.retry(request.actor, found)
        return "It is tried again within seconds. Refresh the page to see the answer."
    if choice == "skip" and last.isascii() and last.isdigit() and len(last) <= LONGEST_NUMBER:
        keeping.skip(request.actor, found, last=int(last))
        return "Skipped. What happened after it is sent next."
    return ""


@require_http_methods(form_pages.METHODS)
def remove(request: ActorRequest, channel_id: UUID) -> HttpResponse:
    """Forget a channel, confirmed on a page that says what it means."""
    view = listing.view(request.actor, channel_id)
    form = Form(form_pages.posted(request))

    def forget() -> Done:
        keeping.remove(request.actor, view.channel)
        return Done(f"Removed the channel “{view.channel.name}”.", reverse("channels"))

    answer = form_pages.submitted(request, form, forget)
    return answer or form_pages.page(request, "channels/remove.html", form, {"view": view})


def _address(found: Channel) -> str:
    return reverse("channel", args=[found.pk])
