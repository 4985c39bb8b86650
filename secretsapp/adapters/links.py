"""Signs in someone whom a link for a password has made known."""

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse

from secretsapp.models import User
from secretsapp.people import sign_ins


def sign_in(request: HttpRequest, person: User) -> str:
    """Sign in someone who has just set their password by a link; where that leads.

    It is a sign-in like any other: a second factor is still asked for, a disabled account stays
    out, and nothing that the browser proved before counts.
    """
    clear_authentication_records(request)
    record_authentication(request, person, sign_ins.BY_LINK)
    answer: HttpResponse = perform_login(request, Login(user=person))
    return answer.headers["Location"]
