"""Sign-in and sign-out, by allauth's views in our own layout."""

from allauth.account.adapter import get_adapter
from allauth.account.views import LoginView, LogoutView
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from secretsapp.views.forms import METHODS

NOT_ACCEPTABLE = 406

_sign_in = LoginView.as_view()

# Also for those whose session has ended meanwhile: they are where they wanted to be.
sign_out = login_not_required(require_POST(LogoutView.as_view()))


@login_not_required
@require_http_methods(METHODS)
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in as a page; as JSON allauth would give the form back, password included."""
    if get_adapter(request).is_ajax(request):
        return HttpResponse(status=NOT_ACCEPTABLE)
    answer: HttpResponseBase = _sign_in(request)
    return answer


@login_not_required
@require_safe
def disabled(request: HttpRequest) -> HttpResponse:
    """Where allauth sends a person whose account is disabled."""
    return render(request, "account/disabled.html", status=403)
