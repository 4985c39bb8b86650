"""Another address for one's own account: asked for, and confirmed by a code mailed to it."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from secretsapp.adapters import limits
from secretsapp.core.errors import NotFound
from secretsapp.people import address_change
from secretsapp.web.forms.me import AddressForm
from secretsapp.web.forms.passwords import CodeForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.form_pages import Done
from secretsapp.web.views.me import oneself


@require_http_methods(form_pages.METHODS)
def ask(request: ActorRequest) -> HttpResponse:
    """Ask for another address; the answer is the same for every address."""
    if not settings.EMAIL_HOST:
        raise NotFound("This installation doesn’t send mail. Ask an admin to change your address.")
    person, form = oneself(request), AddressForm(form_pages.posted(request))
    if refusal := limits.refuse_new_address(request, person):
        return refusal

    def write() -> Done:
        wanted = address_change.ask(request.actor, person, form.cleaned_data["email"])
        sentence = f"If {wanted} can be yours, we’ve mailed a link to it. It works for an hour."
        return Done(sentence, reverse("me"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "me/address.html", form, {})


@require_http_methods(form_pages.METHODS)
def confirm(request: ActorRequest) -> HttpResponse:
    """Take the address with the code that was mailed to it; opening the link does nothing."""
    person, form = oneself(request), CodeForm(form_pages.posted(request))
    if refusal := limits.refuse(request, limits.CODES):
        return refusal

    def write() -> Done:
        taken = address_change.confirm(request.actor, person, form.cleaned_data["code"])
        return Done(f"Your email address is {taken} now. Sign in with it.", reverse("me"))

    answer = form_pages.submitted(request, form, write)
    return answer or form_pages.page(request, "me/address_confirm.html", form, {})
