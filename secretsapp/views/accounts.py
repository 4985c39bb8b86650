"""Sign-in and sign-out, by allauth's views in our own layout."""

from allauth.account.views import LoginView, LogoutView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secretsapp.views.forms import METHODS

sign_in = require_http_methods(METHODS)(LoginView.as_view())

# Also for those whose session has ended meanwhile: they are where they wanted to be.
sign_out = login_not_required(require_POST(LogoutView.as_view()))


@login_not_required
@require_safe
def disabled(request: HttpRequest) -> HttpResponse:
    """Where allauth sends a person whose account is disabled."""
    return render(request, "account/disabled.html", status=403)
