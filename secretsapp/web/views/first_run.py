"""The first run: someone with the code from the terminal becomes the first admin."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import limits
from secretsapp.core import blanks
from secretsapp.people import ways_in
from secretsapp.people.ways_in import is_claimed
from secretsapp.web.forms.first_run import ClaimForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS, Done, page, posted, submitted


@login_not_required
@require_http_methods(METHODS)
def claim(request: ActorRequest) -> HttpResponse:
    """Make the first admin; once there is one this leads to the sign-in."""
    if is_claimed():
        return redirect("account_login")
    if refusal := limits.refuse(request, limits.CODES):
        return refusal
    form = ClaimForm(posted(request))

    def act() -> Done:
        given = form.cleaned_data
        user = ways_in.claim(
            request.actor,
            given["code"],
            email=given["email"],
            name=given["name"],
            password=given["password"],
        )
        perform_login(request, user)
        told = blanks.about_password(given["password"])
        return Done("Your admin account is ready.", reverse("guide"), told)

    return submitted(request, form, act) or page(request, "entry/first_run.html", form, {})
