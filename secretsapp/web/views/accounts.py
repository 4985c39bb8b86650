"""Sign-in and sign-out, by allauth's views in our own layout."""

from allauth.account.views import LoginView, LogoutView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secretsapp.adapters import limits
from secretsapp.people import webauthn
from secretsapp.people.ways_in import has_accounts
from secretsapp.web.signing_in import comes_from_unsent_form
from secretsapp.web.views.form_pages import METHODS
from secretsapp.web.views.passwords import SIGNS_IN_AS

PASSWORDS_OFF = "Passwords don’t sign anyone in here. Nobody was signed in. Use another way."


@login_not_required
@require_http_methods(METHODS)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in; as long as no one has an account, this leads to the first run."""
    if not has_accounts():
        return redirect("first_run")
    if refusal := limits.refuse(request, limits.SIGN_INS, request.POST.get("login", "").strip()):
        return refusal
    if request.method == "POST" and not settings.PASSWORD_SIGN_IN:
        messages.error(request, PASSWORDS_OFF)
        return redirect("account_login")
    context = {
        "providers": settings.SSO_PROVIDERS,
        "takes_passwords": settings.PASSWORD_SIGN_IN,
        "sends_mail": bool(settings.EMAIL_HOST),
        "has_passkeys": bool(webauthn.host()),
        "is_unsent": comes_from_unsent_form(request),
    }
    initial = {"login": request.session.pop(SIGNS_IN_AS, "")}
    view = LoginView.as_view(extra_context=context, initial=initial)
    answer: HttpResponseBase = view(request)
    return answer


# Also for those whose session has ended meanwhile: they are where they wanted to be.
sign_out = login_not_required(require_POST(LogoutView.as_view()))


@login_not_required
@require_safe
def disabled(request: HttpRequest) -> HttpResponse:
    """Where allauth sends a person whose account is disabled."""
    return render(request, "account/disabled.html", status=403)
