"""The page on which someone who is signed in confirms that it's them, and goes on."""

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, resolve_url
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.adapters import confirmations, limits
from secretsapp.core.errors import InvalidInput
from secretsapp.models import User
from secretsapp.people import factors
from secretsapp.web.confirming import needs_confirmation
from secretsapp.web.forms.confirmation import ConfirmForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.me import check_password, oneself


@require_http_methods(form_pages.METHODS)
def confirm(request: ActorRequest) -> HttpResponse:
    """Ask for the password or a code, with the limits of the sign-in; then go on to the page."""
    person, there = oneself(request), _next(request)
    if confirmations.is_confirmed(request):
        return redirect(there)
    has_factor = factors.of(request.actor, person).is_on
    form = ConfirmForm(form_pages.posted(request), has_factor=has_factor)
    if form.is_valid():
        if form.cleaned_data["code"] and (refusal := limits.refuse_second_factor(request, person)):
            return refusal
        try:
            _prove(request, person, form)
        except InvalidInput as refused:
            form.add_error(refused.field, str(refused))
        else:
            confirmations.confirm(request)
            return redirect(there)
    return form_pages.page(request, "account/confirm.html", form, {"next": there, "person": person})


@login_not_required
@require_safe
def check(request: HttpRequest) -> JsonResponse:
    """Whether a form that is open in the browser can be sent: the token it needs, or a notice.

    `page` is where it leads, and `person` whose page it is on.
    """
    if not request.user.is_authenticated:
        return _held_back(request, "ended", resolve_url("account_login"))
    if request.GET.get("person") != str(request.user.pk):
        return _held_back(request, "other", resolve_url("home"))
    if needs_confirmation(request, request.GET.get("page", "")):
        return _held_back(request, "confirm", resolve_url("confirm"))
    return JsonResponse({"token": get_token(request)})


def _held_back(request: HttpRequest, why: str, way: str) -> JsonResponse:
    """The notice that says why it can't, and what to do."""
    notice = render_to_string("layout/_held_back.html", {"why": why, "way": way}, request)
    return JsonResponse({"notice": notice})


def _prove(request: ActorRequest, person: User, form: ConfirmForm) -> None:
    """Raise InvalidInput unless the code, or the password where there is none, is right."""
    if code := form.cleaned_data["code"]:
        factors.prove(request.actor, person, code)
    else:
        check_password(request, person, form.cleaned_data["password"], field="password")


def _next(request: ActorRequest) -> str:
    """The page that was asked for, if it is one of ours."""
    sent = request.POST if request.method == "POST" else request.GET
    there = sent.get(REDIRECT_FIELD_NAME, "")
    if url_has_allowed_host_and_scheme(there, None) and there.startswith("/"):
        return there
    return resolve_url("home")
