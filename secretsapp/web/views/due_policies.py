"""The policies of all universes, of environments and of universes."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.core.errors import Correctable
from secretsapp.due import policy_listing
from secretsapp.due.policies import remove_policy, set_policy
from secretsapp.web.due_words import of_place
from secretsapp.web.forms.due import PolicyForm, covered_of, place_of
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done


@require_http_methods(form_pages.METHODS)
def policies(request: ActorRequest) -> HttpResponse:
    """Those there are, and a form for another, or for the one that the address names."""
    found = [(each, place_of(each)) for each in policy_listing.policies(request.actor)]
    named = request.GET.get("place", "")
    edited = next((policy for policy, place in found if place == named), None)
    form = PolicyForm(
        policy_listing.universes(request.actor),
        policy_listing.teams(request.actor),
        edited,
        form_pages.posted(request),
    )

    def save() -> Done:
        covered = form.covered
        set_policy(request.actor, covered, form.terms)
        words = of_place(covered.universe, covered.environment)
        return Done(f"Saved when secrets of {words} are due.", reverse("due_policies"))

    answer = form_pages.submitted(request, form, save)
    context = {"policies": found, "edited": edited}
    return answer or form_pages.page(request, "due/policies.html", form, context)


@require_http_methods(form_pages.METHODS)
def remove(request: ActorRequest) -> HttpResponse:
    """Remove one of them; a GET, as after signing in again, only leads back."""
    universes = {str(each.pk): each for each in policy_listing.universes(request.actor)}
    if request.method == "POST":
        try:
            remove_policy(request.actor, covered_of(request.POST.get("place", ""), universes))
        except Correctable as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "Removed the policy. A wider one holds now, if there is one.")
    return redirect("due_policies")
