"""Several secrets of a universe: ticked in a list, then edited, reviewed or deleted as one."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.batches import making, planning
from secretsapp.batches.planning import Planned
from secretsapp.core.errors import InvalidInput, StaleVersion
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.people import directory
from secretsapp.secrets import details as secret_details
from secretsapp.secrets import drift, listing, several
from secretsapp.secrets.arranging import Wanted, arranged
from secretsapp.secrets.several import Chosen
from secretsapp.universes import loading
from secretsapp.web.forms.several import SeveralDeletedForm, SeveralDetailsForm
from secretsapp.web.forms.ticked import names_of, seen_of
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done

# The second time a form is sent, it is with this: the first time, names were only ticked.
CONFIRMED = "confirmed"


@require_safe
def page(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The secrets that the list showed, with a box before each."""
    universe = loading.get(request.actor, universe_id)
    wanted = Wanted.from_query(request.GET)
    found = arranged(listing.listing(request.actor, universe).secrets, wanted)
    views = [view for view in found if wanted.shows(view) and not view.is_under_way]
    context = {
        "universe": universe,
        "views": views,
        "back": f"{reverse('universe', args=[universe_id])}{wanted.query}",
        "may_edit": any(view.may_edit_details for view in views),
        "may_delete": any(view.may_delete for view in views),
    }
    return render(request, "secrets/several.html", context)


@require_http_methods(form_pages.METHODS)
def details(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The same note or owner for all of them."""
    universe = loading.get(request.actor, universe_id)
    chosen = _ticked(request, universe, Permission.EDIT_DETAILS)
    if chosen is None:
        return redirect("secrets_several", universe_id)
    owners = directory.possible_owners_of_each(request.actor, universe, chosen.names)
    form = SeveralDetailsForm(owners, _confirmed(request))

    def edit() -> Done:
        count = secret_details.edit_several(
            request.actor, universe=universe, names=chosen.names, new=form.new
        )
        return Done(f"Saved the details of {_secrets(count)}.", _list_of(universe))

    answer = form_pages.submitted(request, form, edit, universe)
    context = {"universe": universe, "several": chosen}
    return answer or form_pages.page(request, "secrets/several_details.html", form, context)


@require_http_methods(form_pages.METHODS)
def review(request: ActorRequest, universe_id: int) -> HttpResponse:
    """What was changed outside is known now, for all of them that were."""
    universe = loading.get(request.actor, universe_id)
    chosen = _ticked(request, universe, Permission.EDIT_DETAILS)
    if chosen is None:
        return redirect("secrets_several", universe_id)
    if _confirmed(request):
        _acknowledge(request, universe, chosen)
        return redirect(_list_of(universe))
    changed = [view for view in chosen.views if view.is_changed_outside]
    if not changed:
        messages.warning(request, "None of these was changed outside Sealroom.")
        return redirect("secrets_several", universe_id)
    context = {"universe": universe, "several": Chosen(changed, chosen.left_out)}
    return render(request, "secrets/several_review.html", context)


@require_http_methods(form_pages.METHODS)
def delete(request: ActorRequest, universe_id: int) -> HttpResponse:
    """Delete all of them, as a batch: what can't be deleted is left out, and said."""
    universe = loading.get(request.actor, universe_id)
    chosen = _ticked(request, universe, Permission.DELETE_SECRET)
    if chosen is None:
        return redirect("secrets_several", universe_id)
    pairs = [(universe, name) for name in chosen.names]
    planned = planning.plan(request.actor, pairs=pairs, deletes=True)
    doable = [each for each in planned if not each.refused]
    if not doable:
        messages.warning(request, f"Nothing was deleted. {planned[0].name}: {planned[0].refused}")
        return redirect("secrets_several", universe_id)
    form = SeveralDeletedForm([each.name for each in doable], _confirmed(request))

    def write() -> Done:
        _check_seen(request, doable)
        wanted = [making.Wanted(each) for each in doable]
        made = making.make(request.actor, wanted=wanted, reason=form.cleaned_data["reason"])
        verb = "proposing to delete" if universe.protected else "deleting"
        return Done(f"Started {verb} {_secrets(made.size)}.", reverse("batch", args=[made.pk]))

    answer = form_pages.submitted(request, form, write, universe)
    refused = [each for each in planned if each.refused]
    context = {"universe": universe, "planned": doable, "refused": refused}
    return answer or form_pages.page(request, "secrets/several_delete.html", form, context)


def _check_seen(request: ActorRequest, planned: Sequence[Planned]) -> None:
    """Raise StaleVersion where one of them was changed since the page showed it."""
    shown = seen_of(request.POST)
    changed = [each.name for each in planned if shown.get(each.name) != each.seen_version]
    if changed:
        raise StaleVersion(
            f"{changed[0]} was changed after you opened this page. Nothing was sent. Check whether "
            "you still want to delete it."
        )


def _acknowledge(request: ActorRequest, universe: Universe, chosen: Chosen) -> None:
    """Mark them as reviewed as the page showed them; after another change it says so."""
    shown = seen_of(request.POST)
    seen = {name: shown.get(name, "") for name in chosen.names}
    try:
        names = drift.acknowledge_several(request.actor, universe, seen)
        messages.success(request, f"Marked {_secrets(len(names))} as reviewed.")
    except StaleVersion as refusal:
        messages.warning(request, str(refusal))


def _ticked(request: ActorRequest, universe: Universe, permission: Permission) -> Chosen | None:
    """What was ticked; None, and why, where that is nothing, as after signing in again."""
    several.check_may(request.actor, universe, permission)
    if request.method != "POST":
        return None
    try:
        return several.choose(request.actor, universe, names_of(request.POST), permission)
    except InvalidInput as refusal:
        messages.warning(request, str(refusal))
        return None


def _confirmed(request: ActorRequest) -> QueryDict | None:
    """What a form is bound to: nothing while names were only ticked."""
    return request.POST if CONFIRMED in request.POST else None


def _list_of(universe: Universe) -> str:
    return reverse("universe", args=[universe.pk])


def _secrets(count: int) -> str:
    return "1 secret" if count == 1 else f"{count} secrets"
