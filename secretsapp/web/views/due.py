"""Due dates: what is due, when one secret is, and what is put off."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.due_states import DueState
from secretsapp.core.roles import Permission
from secretsapp.due import calendar, listing, of_secret, shares
from secretsapp.due.listing import KINDS, Counts, Wanted
from secretsapp.due.policies import Covered, remove_policy, set_policy
from secretsapp.due.snoozing import snooze as put_off
from secretsapp.secrets import secret_view
from secretsapp.universes import loading
from secretsapp.web.due_words import KIND_WORDS
from secretsapp.web.forms.due import NarrowForm, SecretDueForm, SnoozeForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

MONTH = "month"
# Someone who comes to a form from the list of due dates says so by its name.
LIST = "due"


@require_safe
def due(request: ActorRequest) -> HttpResponse:
    """What asks to be rotated, a month of days, and how much was in time."""
    wanted, today = Wanted.from_query(request.GET), timezone.now().date()
    page = listing.due(request.actor, wanted, long_lists.asked(request))
    counts = listing.count(request.actor, wanted)
    first = calendar.month_in(request.GET.get(MONTH, ""), today)
    context = {
        "wanted": wanted,
        "counts": counts,
        "kinds": list(_kinds(wanted, counts)),
        "narrow": NarrowForm(wanted.parts, listing.universes(request.actor)),
        "month": calendar.month(request.actor, wanted, first, today),
        "today": today,
        "shares": shares.over_time(request.actor, today),
    }
    pages = long_lists.context(request, page, **wanted.parts)
    return render(request, "due/due.html", context | pages)


def _kinds(wanted: Wanted, counts: Counts) -> Iterator[dict[str, Any]]:
    """The choices of what is listed, each with how many there are."""
    for kind in ("", *KINDS):
        count = getattr(counts, kind or "asking")
        if count or kind in ("", wanted.kind):
            yield {
                "words": KIND_WORDS[DueState(kind)] if kind else "All to rotate",
                "count": count,
                "is_chosen": wanted.kind == kind and wanted.day is None,
                "query": urlencode(wanted.of_kind(kind).parts),
                "is_amber": count and kind in (DueState.OVERDUE, DueState.DUE),
            }


@require_http_methods(form_pages.METHODS)
def secret(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """When one secret is due, and how to rotate it at its provider."""
    universe = loading.get(request.actor, universe_id)
    found = secret_view.get(request.actor, universe, name, Permission.EDIT_DETAILS).secret
    known = of_secret.find(found)
    form = SecretDueForm(known.own, form_pages.posted(request))

    def save() -> Done:
        covered = Covered(universe, name)
        if known.own and form.says_nothing:
            remove_policy(request.actor, covered)
        else:
            set_policy(request.actor, covered, form.terms)
        return Done(f"Saved when {name} is due.", reverse("secret", args=[universe_id, name]))

    answer = form_pages.submitted(request, form, save, universe)
    context = {"universe": universe, "secret": found, "due": known}
    return answer or form_pages.page(request, "due/secret.html", form, context)


@require_http_methods(form_pages.METHODS)
def snooze(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """Put a secret off until a day."""
    universe = loading.get(request.actor, universe_id)
    found = secret_view.get(request.actor, universe, name, Permission.EDIT_DETAILS).secret
    form = SnoozeForm(form_pages.posted(request))
    to_list = request.GET.get("next") == LIST
    back = reverse("due") if to_list else reverse("secret", args=[universe_id, name])

    def save() -> Done:
        until: date = form.cleaned_data["until"]
        reason = form.cleaned_data["reason"]
        put_off(request.actor, universe=universe, name=name, until=until, reason=reason)
        day = f"{until.day} {until:%b %Y}"
        return Done(f"Snoozed {name} until {day}.", back)

    answer = form_pages.submitted(request, form, save, universe)
    context = {"universe": universe, "secret": found, "due": of_secret.find(found), "back": back}
    return answer or form_pages.page(request, "due/snooze.html", form, context)
