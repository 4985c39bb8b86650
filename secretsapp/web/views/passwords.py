"""A password of your own, by a one-time code; and how to get such a code by mail."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import devices, limits, second_factors
from secretsapp.core import blanks
from secretsapp.core.errors import NotFound
from secretsapp.models import User
from secretsapp.people import password_mail, ways_in
from secretsapp.web.forms.passwords import ForgottenForm, SetPasswordForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS, Done, page, posted, submitted

# In the session: the address that the sign-in is filled with, for who has just set its password.
SIGNS_IN_AS = "signs_in_as"


@login_not_required
@require_http_methods(METHODS)
def set_by_code(request: ActorRequest) -> HttpResponse:
    """Set a password with a code, which a link has behind its `#`: only the browser sees it."""
    if refusal := limits.refuse(request, limits.CODES):
        return refusal
    form = SetPasswordForm(posted(request))

    def act() -> Done:
        given = form.cleaned_data
        person = ways_in.set_password(request.actor, given["code"], given["password"])
        told = blanks.about_password(given["password"])
        return Done(_sentence(request, person), _sign_in(request, person), told)

    return submitted(request, form, act) or page(request, "entry/password_set.html", form, {})


def _sign_in(request: ActorRequest, person: User) -> str:
    """Sign the person in, or lead them to their second factor; never out of someone else's session.

    The link makes no device known: that takes all of the sign-in.
    """
    if _is_of_another(request, person):
        return reverse("home")
    if request.actor.person_id == person.pk:
        # This session has ended with the others.
        request.session.flush()
    return second_factors.sign_in_by_link(request, person)


def _is_of_another(request: ActorRequest, person: User) -> bool:
    return request.actor.person_id not in (None, person.pk)


def _sentence(request: ActorRequest, person: User) -> str:
    """That it is set; sessions that have ended are told of only where there could be some."""
    if _is_of_another(request, person):
        still = f"You’re still signed in as {request.actor.name}."
        return f"The password of {person.email} is set. {still}"
    sentence = "Your password is set."
    has_been_here = person.last_active_at is not None
    return f"{sentence} Your earlier sessions have ended." if has_been_here else sentence


@login_not_required
@require_http_methods(METHODS)
def forgotten(request: ActorRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same for every address."""
    if not settings.EMAIL_HOST:
        raise NotFound("This installation doesn’t send mail. Ask an admin for a password link.")
    if not settings.PASSWORD_SIGN_IN:
        raise NotFound("Passwords don’t sign anyone in here. Ask an admin for a link to get in.")
    form = ForgottenForm(posted(request))
    typed = request.POST.get("email", "").strip()
    if refusal := limits.refuse(request, limits.MAILS, typed):
        return refusal

    def act() -> Done:
        email = form.cleaned_data["email"].strip()
        known = devices.find(request, email) is not None
        password_mail.ask(request.actor, email, on_known_device=known)
        return Done(
            "If there is an account with that address, we’ve sent a link to it. It works for "
            "an hour.",
            reverse("account_login"),
        )

    return submitted(request, form, act) or page(request, "entry/password_forgotten.html", form, {})
