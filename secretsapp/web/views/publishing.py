"""Publishing: a place file becomes a new version of a place."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from secretsapp.models import Publication, Universe
from secretsapp.servers import publications, publishing
from secretsapp.universes import loading
from secretsapp.web.forms.publishing import PublishForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.uploads import is_too_large, receive
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done

_NO_ANSWER = (
    "No usable answer came, so it isn’t known whether Roblox has the version. Look at the last "
    "versions below before you send it again."
)


@csrf_exempt
@require_http_methods(form_pages.METHODS)
def publish(request: ActorRequest, universe_id: int) -> HttpResponse:
    """The form that takes a place file; a POST sends it on to Roblox, and keeps nothing of it.

    Who may not publish, or not here, is refused before anything that they sent is read.
    """
    universe = loading.get(request.actor, universe_id)
    publishing.check_may(request.actor, universe)
    if request.method == "POST":
        publishing.refuse_protected(universe)
    receive(request)
    return _answer(request, universe)


@csrf_protect
def _answer(request: ActorRequest, universe: Universe) -> HttpResponse:
    form = PublishForm(
        form_pages.posted(request), request.FILES or None, is_too_large=is_too_large(request)
    )

    def act() -> Done:
        row = publishing.publish(
            request.actor,
            universe,
            place_id=form.cleaned_data["place"],
            file=form.cleaned_data["file"],
            is_published=form.cleaned_data["is_published"],
        )
        return _done(row)

    answer = form_pages.submitted(request, form, act, universe)
    context = {"universe": universe, "places": publications.known_places(universe)}
    return answer or form_pages.page(request, "servers/publish.html", form, context)


def _done(row: Publication) -> Done:
    address = f"{reverse('servers', args=[row.universe_id])}#versions"
    if row.state != "succeeded":
        return Done("Sent to Roblox.", address, _NO_ANSWER)
    number = "" if row.version is None else f" {row.version}"
    if row.is_published:
        sentence = (
            f"Published version{number} of place {row.place_id}. Servers that run keep theirs."
        )
    else:
        sentence = f"Saved version{number} of place {row.place_id}. Players don’t get it."
    return Done(sentence, address)
