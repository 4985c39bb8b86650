"""What was changed outside Sealroom, in every universe: one page, to review it from."""

from typing import Any, cast

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.groups import could, news
from secretsapp.models import User
from secretsapp.models.universes import Environment
from secretsapp.secrets import outside
from secretsapp.web.forms.outside import ReviewForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists
from secretsapp.web.views.form_pages import Done

ENVIRONMENT = "environment"


@require_safe
def page(request: ActorRequest) -> HttpResponse:
    """The secrets, what was noticed last first."""
    form = ReviewForm(None, _person(request))
    return form_pages.page(request, "secrets/outside.html", form, _context(request))


@require_http_methods(form_pages.METHODS)
def review(request: ActorRequest) -> HttpResponse:
    """Mark those that are ticked as reviewed, and adopt them; a GET leads to the page."""
    outside.check_may_review(request.actor)
    if request.method != "POST":
        return redirect("outside")
    form = ReviewForm(request.POST, _person(request))

    def mark() -> Done:
        count = outside.review(request.actor, seen=form.seen, new=form.new)
        secrets = "1 secret" if count == 1 else f"{count} secrets"
        return Done(f"Marked {secrets} as reviewed.", reverse("outside"))

    answer = form_pages.submitted(request, form, mark)
    return answer or form_pages.page(request, "secrets/outside.html", form, _context(request))


def _person(request: ActorRequest) -> User:
    return cast("User", request.user)


def _context(request: ActorRequest) -> dict[str, Any]:
    wanted = request.GET.get(ENVIRONMENT)
    environment = wanted if wanted in Environment.values else None
    found = outside.changed(request.actor, long_lists.asked(request), environment=environment)
    context = {
        "environments": [each for each in Environment if each],
        "environment": environment or "",
        "may_review": any(each.may_review for each in found.items),
        "news": news.for_actor(request.actor),
        "could": could.of_universes(
            request.actor, {each.secret.universe_id for each in found.items}
        ),
    }
    return context | long_lists.context(request, found, environment=environment or "")
