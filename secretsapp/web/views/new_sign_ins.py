"""What people say of sign-ins from new devices: that it was them, or that it was not."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import devices, limits
from secretsapp.core.errors import InvalidInput
from secretsapp.people import new_sign_ins
from secretsapp.people import not_me as shutting
from secretsapp.web.forms.passwords import CodeForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS, Done, page, posted, submitted
from secretsapp.web.views.me import keep_session, oneself, stored_key


@require_http_methods(METHODS)
def recognize(request: ActorRequest, sign_in_id: int) -> HttpResponse:
    """Say that a sign-in was oneself; a GET only leads back."""
    if request.method == "POST":
        person, device = oneself(request), devices.own_id(request)
        try:
            new_sign_ins.recognize(request.actor, person, device=device, sign_in_id=sign_in_id)
        except InvalidInput as refused:
            messages.error(request, str(refused))
    return redirect("home")


@require_http_methods(METHODS)
def disown(request: ActorRequest) -> HttpResponse:
    """Say that new sign-ins were someone else's, and go on to a new password; a GET leads back."""
    if request.method != "POST":
        return redirect("home")
    person, before = oneself(request), stored_key(request)
    device = devices.own_id(request)
    new_sign_ins.disown(request.actor, person, device=device, stored_key=before)
    keep_session(request, person, before)
    messages.warning(
        request,
        "Your other sessions have ended. Now choose a new password: someone may know this one.",
    )
    return redirect("me_password")


@login_not_required
@require_http_methods(METHODS)
def not_me(request: ActorRequest) -> HttpResponse:
    """Shut one's account with a code that was mailed; opening the page or the link does nothing."""
    if refusal := limits.refuse(request, limits.CODES):
        return refusal
    form = CodeForm(posted(request))

    def act() -> Done:
        done = shutting.shut(request.actor, form.cleaned_data["code"])
        if done.person_id == request.actor.person_id:
            # This session has ended with the others; the sentence goes into a new one.
            request.session.flush()
        return Done(_sentence(done.is_mailed), reverse("account_login"))

    context = {"mails_link": settings.PASSWORD_SIGN_IN}
    return submitted(request, form, act) or page(request, "entry/not_me.html", form, context)


def _sentence(is_mailed: bool) -> str:
    done = "Everyone is signed out of your account, and your password no longer works."
    if is_mailed:
        link = "We’ve mailed you a link to choose a new one. It works for an hour."
        return f"{done} {link} Once you’re in, remove second factors that aren’t yours."
    return f"{done} Ask an admin to let you in again."
