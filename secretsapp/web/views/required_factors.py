"""Of whom a second factor is required, for who manages people."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.people import directory, required_factors
from secretsapp.web.forms.required_factors import RequiredFactorForm, WhomForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import METHODS, Done


@require_http_methods(METHODS)
def rules(request: ActorRequest) -> HttpResponse:
    """What is required now, and a form to require it of others; who would be held up is asked."""
    known = required_factors.rules(request.actor)
    form = RequiredFactorForm(form_pages.posted(request))

    def write() -> Done:
        given = form.cleaned_data
        rule = required_factors.require(
            request.actor, given["whom"], form.since(), is_meant=given["confirmed"]
        )
        return Done(f"A second factor is required of {rule.whom}.", reverse("required_factors"))

    answer = form_pages.submitted(request, form, write)
    context = {"rules": known, "is_asked": form.is_bound and form.has_error("confirmed")}
    return answer or form_pages.page(request, "people/required_factors.html", form, context)


@require_http_methods(METHODS)
def stop(request: ActorRequest) -> HttpResponse:
    """Require it of them no more; a GET only leads back."""
    directory.check_may_manage(request.actor)
    form = WhomForm(form_pages.posted(request))
    if form.is_valid():
        role = form.cleaned_data["whom"]
        whom = required_factors.words_of(role)
        if required_factors.stop(request.actor, role):
            messages.success(request, f"A second factor is no longer required of {whom}.")
        else:
            messages.info(request, f"No second factor was required of {whom}.")
    return redirect("required_factors")
