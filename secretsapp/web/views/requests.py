"""Requests for access: asking, and answering; and access that ends soon, which is kept or not."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import renewals, request_listing, requests
from secretsapp.access.answering import HOURS, usual_hours
from secretsapp.access.request_listing import RequestView
from secretsapp.access.requests import AskedAlready
from secretsapp.core.actor import Actor
from secretsapp.core.errors import AlreadyExists, Correctable, NotFound
from secretsapp.core.times import sentence_time
from secretsapp.models import AccessRequest, Grant
from secretsapp.universes import loading
from secretsapp.web import times
from secretsapp.web.forms.requests import ApproveForm, AskForm, DeclineForm, KeepForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

SENT = "Request sent. Those who can approve it see it."


@require_safe
def all_requests(request: ActorRequest) -> HttpResponse:
    """What waits for the person, what they asked for, and what was answered these days."""
    context = {
        "asked": request_listing.waiting_for(request.actor),
        "own": request_listing.own(request.actor),
        "decided": request_listing.decided_lately(request.actor),
    }
    return render(request, "requests/list.html", context)


@require_http_methods(form_pages.METHODS)
def create(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Ask for access in a universe; a refusal has the same form on its page."""
    universe = loading.get(request.actor, universe_id)
    asked = {name: request.GET.get(name, "")[:64] for name in ("role", "names")}
    form = AskForm(form_pages.posted(request), **asked)

    def write() -> Done:
        return _sent(lambda: requests.ask(request.actor, universe, form.wish()))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "requests/ask.html", form, {"universe": universe})


@require_http_methods(form_pages.METHODS)
def create_renewal(request: ActorRequest, grant_id: int) -> HttpResponse:
    """Ask to keep access that ends soon."""
    grant = renewals.own(request.actor, grant_id)
    form = KeepForm(form_pages.posted(request), hours=usual_hours(grant))

    def write() -> Done:
        said = form.cleaned_data
        return _sent(
            lambda: requests.ask_to_keep(
                request.actor, grant, hours=said["hours"], reason=said["reason"]
            )
        )

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "requests/keep.html", form, {"grant": grant})


def _sent(ask: Callable[[], AccessRequest]) -> Done:
    """What was asked; who asked for the like before is led to that."""
    try:
        return Done(SENT, _address(ask()))
    except AskedAlready as refusal:
        said = format_html('{} <a href="{}">See it</a>', refusal, _address(refusal.request))
        raise AlreadyExists(said) from None


@require_safe
def one(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """A request, what became of it, and the answers that the person can give."""
    return _page(request, request_listing.get(request.actor, request_id))


@require_http_methods(form_pages.METHODS)
def approve(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Give what was asked for, or less; a GET, as after signing in again, leads to the request."""
    view = request_listing.to_decide(request.actor, request_id)
    if request.method != "POST":
        return redirect(_address(view.request))
    form = _approve_form(request, view)

    def write() -> Done:
        hours, names = form.cleaned_data["hours"], form.given_names()
        requests.approve(request.actor, view.request, hours=hours, names=names)
        return Done(f"Granted {view.request.person.email} access.", reverse("requests"))

    answer = form_pages.submitted(request, form, write)
    return answer or _page(request, _again(request, view), form)


@require_http_methods(form_pages.METHODS)
def decline(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Say no, perhaps with a note; a GET leads to the request."""
    view = request_listing.to_decide(request.actor, request_id)
    if request.method != "POST":
        return redirect(_address(view.request))
    form = DeclineForm(request.POST)

    def write() -> Done:
        requests.decline(request.actor, view.request, note=form.cleaned_data["note"])
        return Done(f"Declined the request of {view.request.person.email}.", reverse("requests"))

    answer = form_pages.submitted(request, form, write)
    return answer or _page(request, _again(request, view), form)


@require_http_methods(form_pages.METHODS)
def withdraw(request: ActorRequest, request_id: UUID) -> HttpResponse:
    """Take one's own request back; a GET leads to it."""
    view = request_listing.own_one(request.actor, request_id)
    if request.method != "POST":
        return redirect(_address(view.request))
    form = Form(request.POST)

    def write() -> Done:
        requests.withdraw(request.actor, view.request)
        return Done("Request withdrawn.", reverse("requests"))

    answer = form_pages.submitted(request, form, write)
    return answer or _page(request, _again(request, view), form)


@require_http_methods(form_pages.METHODS)
def keep(request: ActorRequest, grant_id: int) -> HttpResponse:
    """Let someone's access last as long again; a GET only leads back."""

    def act(actor: Actor, grant: Grant) -> str:
        until = renewals.keep(actor, grant).until
        return f"Extended the access of {grant.holder} until {_words(until)}."

    return _decide(request, grant_id, act)


@require_http_methods(form_pages.METHODS)
def let_end(request: ActorRequest, grant_id: int) -> HttpResponse:
    """Let someone's access end as it does, so that no one is asked again; a GET leads back."""

    def act(actor: Actor, grant: Grant) -> str:
        renewals.let_end(actor, grant)
        return f"The access of {grant.holder} ends on {_words(grant.until)}."

    return _decide(request, grant_id, act)


def _decide(
    request: ActorRequest, grant_id: int, act: Callable[[Actor, Grant], str]
) -> HttpResponse:
    """Do that to someone's access that ends soon, and lead back to where it was told."""
    grant = renewals.to_decide(request.actor, grant_id)
    if request.method == "POST":
        try:
            messages.success(request, act(request.actor, grant))
        except Correctable as refusal:
            messages.error(request, str(refusal))
    return redirect(long_lists.came_from(request, reverse("home")))


def _words(until: datetime | None) -> str:
    return sentence_time(until) if until else ""


def _again(request: ActorRequest, view: RequestView) -> RequestView:
    """The request as it is now: a refusal may know more, or the person sees it no longer."""
    with suppress(NotFound):
        return request_listing.get(request.actor, view.request.pk)
    return view


def _page(request: ActorRequest, view: RequestView, form: Form | None = None) -> HttpResponse:
    """The page of a request; of its forms, the one that was sent says what is in the way."""
    approve_form = form if isinstance(form, ApproveForm) else None
    decline_form = form if isinstance(form, DeclineForm) else None
    context = {
        "view": view,
        "approve": approve_form or (_approve_form(request, view) if view.can_answer else None),
        "decline": decline_form or DeclineForm(None),
    }
    return form_pages.page(request, "requests/request.html", form or Form(), context)


def _approve_form(request: ActorRequest, view: RequestView) -> ApproveForm:
    asked = view.request
    ends = {
        hours: _shown(request_listing.end_after(request.actor, view, hours))
        for hours in HOURS
        if hours <= asked.hours
    }
    keeps = asked.renews_id is not None
    return ApproveForm(form_pages.posted(request), names=asked.names, ends=ends, keeps=keeps)


def _shown(end: datetime | None) -> str:
    return times.moment(end) if end else ""


def _address(request: AccessRequest) -> str:
    return reverse("request", args=[request.pk])
