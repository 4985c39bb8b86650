"""One secret: its page with its history, and its details."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core.roles import Permission
from secretsapp.forms.secrets import DetailsForm
from secretsapp.middleware import ActorRequest
from secretsapp.queries import audit, people, secrets, universes
from secretsapp.services import details as services
from secretsapp.views import forms
from secretsapp.views.forms import Done


@require_safe
def secret(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """What is known of a secret, its events, and what one may do to it."""
    universe = universes.get(request.actor, universe_id)
    view = secrets.get(request.actor, universe, name)
    events = audit.history(request.actor, universe, name)
    context = {"universe": universe, "view": view, "secret": view.secret, "events": events}
    return render(request, "secret.html", context)


@require_http_methods(forms.METHODS)
def details(request: ActorRequest, universe_id: int, name: str) -> HttpResponse:
    """Note and owner of a secret."""
    universe = universes.get(request.actor, universe_id)
    found = secrets.get(request.actor, universe, name, Permission.EDIT_DETAILS).secret
    owners = people.possible_owners(request.actor, universe, name)
    form = DetailsForm(found, owners, forms.posted(request))

    def edit() -> Done:
        note, owner = form.cleaned_data["note"], form.cleaned_data["owner"]
        services.edit(actor=request.actor, universe=universe, secret=found, note=note, owner=owner)
        return Done("Details saved.", reverse("secret", args=[universe_id, name]))

    answer = forms.submitted(request, form, universe, edit)
    context = {"universe": universe, "secret": found}
    return answer or forms.page(request, "secret_details.html", form, context)
