"""Invites people, and shows what became of it, to who manages people and who gives access."""

from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.access import grant_listing
from secretsapp.access.pattern_reach import suggest
from secretsapp.core.errors import Correctable
from secretsapp.core.times import sentence_time
from secretsapp.mail import outbox
from secretsapp.models import Invitation, Universe
from secretsapp.people import directory, invitation_listing, invitations
from secretsapp.people.invitation_links import InvitationLink
from secretsapp.people.invitation_listing import InvitationView
from secretsapp.rules.paging import Page
from secretsapp.universes import loading
from secretsapp.web.forms.invitations import BY_MAIL, InviteHereForm, InvitePeopleForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, granting, long_lists
from secretsapp.web.views.form_pages import Done

# In the session: the links that were just made, until they are shown once.
LINKS = "invitation_links"


@require_http_methods(form_pages.METHODS)
def invite(request: ActorRequest) -> HttpResponse:
    """Invite people to where one gives access; who manages people, also without a role yet."""
    scope = grant_listing.givable_somewhere(request.actor, to_one=True)
    place, is_all = granting.places(request)
    patterns, posted = suggest(request.actor, None, place.universes), form_pages.posted(request)
    form = InvitePeopleForm(scope, posted, place, is_all=is_all, patterns=patterns)
    return _answer(request, form, "invitations/invite.html", None)


@require_http_methods(form_pages.METHODS)
def invite_here(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Invite people to a universe, to what one could grant them there."""
    universe = loading.get(request.actor, universe_id)
    scope = grant_listing.givable(request.actor, universe, to_one=True)
    patterns = suggest(request.actor, universe)
    form = InviteHereForm(scope, form_pages.posted(request), patterns=patterns)
    return _answer(request, form, "invitations/invite_here.html", universe)


def _answer(
    request: ActorRequest,
    form: InvitePeopleForm | InviteHereForm,
    template: str,
    universe: Universe | None,
) -> HttpResponse:
    def write() -> Done:
        sent, given = form.cleaned_data, form.all_given()
        for each in given:
            grant_listing.check_within(request.actor, each.universe, each.terms)
        by_mail = sent.get("how") == BY_MAIL
        links = invitations.invite(
            request.actor, sent["emails"], given, greeting=sent["greeting"], by_mail=by_mail
        )
        people = "1 person" if len(links) == 1 else f"{len(links)} people"
        return Done(f"Invited {people}.", _next(request, links, _list(universe)))

    context = {
        "universe": universe,
        "reach_address": _reach(request, universe),
        "manages_people": directory.may_manage(request.actor),
    }
    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, template, form, context)


@require_http_methods(["GET", "HEAD"])
def links(request: ActorRequest) -> HttpResponse:
    """The links that were just made, once; without any it leads to the first page."""
    made = request.session.get(LINKS)
    if not made:
        return redirect("home")
    if request.method == "GET":
        del request.session[LINKS]
    return render(request, "invitations/links.html", made)


@require_safe
def sent(request: ActorRequest) -> HttpResponse:
    """One's own invitations; everyone's for who manages people."""
    grant_listing.require_giving_somewhere(request.actor)
    page = invitation_listing.sent(request.actor, None, long_lists.asked(request))
    return _listed(request, page, None)


@require_safe
def sent_here(request: ActorRequest, universe_id: int) -> HttpResponse:
    """One's own invitations to a universe; everyone's for who manages people."""
    universe = loading.get(request.actor, universe_id)
    grant_listing.require_giving(request.actor, universe)
    page = invitation_listing.sent(request.actor, universe, long_lists.asked(request))
    return _listed(request, page, universe)


def _listed(
    request: ActorRequest, page: Page[InvitationView], universe: Universe | None
) -> HttpResponse:
    told = {
        "universe": universe,
        "sends_mail": outbox.is_set_up(),
        "manages_people": directory.may_manage(request.actor),
    }
    return render(request, "invitations/list.html", long_lists.context(request, page) | told)


@require_http_methods(form_pages.METHODS)
def send_again(request: ActorRequest, invitation_id: int) -> HttpResponse:
    """A new link, in place of the one before; a GET, as after signing in, only leads back."""

    def act(invitation: Invitation) -> str:
        by_mail = request.POST.get("how") == BY_MAIL
        link = invitations.send_again(request.actor, invitation, by_mail=by_mail)
        messages.success(request, f"Made a new link for {invitation.address}.")
        return _next(request, [link], long_lists.came_from(request, reverse("home")))

    return _acted(request, invitation_id, act)


@require_http_methods(form_pages.METHODS)
def revoke(request: ActorRequest, invitation_id: int) -> HttpResponse:
    """The end of an invitation; a GET only leads back."""

    def act(invitation: Invitation) -> str:
        invitations.revoke(request.actor, invitation)
        messages.success(request, f"Revoked the invitation of {invitation.address}.")
        return long_lists.came_from(request, reverse("home"))

    return _acted(request, invitation_id, act)


def _acted(
    request: ActorRequest, invitation_id: int, act: Callable[[Invitation], str]
) -> HttpResponse:
    if request.method != "POST":
        return redirect("home")
    invitation = invitation_listing.of_id(request.actor, invitation_id)
    try:
        return redirect(act(invitation))
    except Correctable as refusal:
        messages.error(request, str(refusal))
        return redirect(long_lists.came_from(request, reverse("home")))


def _next(request: ActorRequest, made: Sequence[InvitationLink], back: str) -> str:
    """The page that shows the links, once, from the encrypted session; mailed ones aren't shown."""
    if not any(each.address for each in made):
        return back
    shown = [
        {"email": each.email, "address": each.address, "ends": sentence_time(each.ends_at)}
        for each in made
    ]
    request.session[LINKS] = {"links": shown, "back": back}
    return reverse("invitation_links")


def _reach(request: ActorRequest, universe: Universe | None) -> str:
    """Where the form asks what its patterns match; nowhere for who gives access to some alone."""
    if universe is None:
        is_anywhere = grant_listing.gives_everywhere(request.actor)
        return reverse("access_everywhere_reach") if is_anywhere else ""
    return reverse("access_reach", args=[universe.pk])


def _list(universe: Universe | None) -> str:
    if universe is None:
        return reverse("invitations")
    return reverse("access_invitations", args=[universe.pk])
