"""The first page: what needs attention, what is worth a look, and the actor's universes."""

from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsapp.access import grant_listing
from secretsapp.adapters import devices
from secretsapp.home import first_steps, overview
from secretsapp.home.first_steps import Progress
from secretsapp.people import new_sign_ins
from secretsapp.people.new_sign_ins import NewSignIns
from secretsapp.web.checklist import Step
from secretsapp.web.requests import ActorRequest

NEEDS_SHOWN = 8


@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """What the actor wants to know first; what needs them beyond the first few is folded."""
    found = overview.compose_overview(request.actor)
    progress = first_steps.find_progress(request.actor, found.at_hand)
    context = {
        "overview": found,
        "at_hand": found.at_hand,
        "waiting": found.waiting,
        "needs": found.needs[:NEEDS_SHOWN],
        "further_needs": found.needs[NEEDS_SHOWN:],
        "gives_access": grant_listing.gives_access(request.actor),
        "progress": progress,
        "new_sign_ins": _new_sign_ins(request),
        "steps": list(_steps(progress)) if progress else [],
    }
    return render(request, "home/home.html", context)


def _new_sign_ins(request: ActorRequest) -> NewSignIns | None:
    """What the actor is asked about; that there is anything came with the session."""
    if not getattr(request.session, "has_new_sign_ins", True):
        return None
    return new_sign_ins.find(request.actor, devices.own_id(request))


def _steps(progress: Progress) -> Iterator[Step]:
    """What a new installation needs, one after the other."""
    if not progress.has_secret:
        yield from _to_a_secret(progress)
    people = reverse("invite")
    yield Step(
        "Back up the keys: run “manage.py backup”, and keep a copy of the keys elsewhere",
        progress.is_backed_up,
    )
    yield Step("Invite someone", progress.has_company, people)
    if progress.has_secret:
        yield Step("Make someone else an admin too", progress.has_second_admin, people)
        yield Step("Set up mail for password links: MAIL_HOST", progress.has_mail)


def _to_a_secret(progress: Progress) -> Iterator[Step]:
    guide = reverse("guide")
    first = progress.first_universe
    create = reverse("secret_create", args=[first.pk]) if first else ""
    yield Step("Create your account", is_done=True)
    yield Step("Store an API key", progress.has_key, guide)
    yield Step("Add a universe", first is not None, guide)
    yield Step("Create the first secret", address=create)
