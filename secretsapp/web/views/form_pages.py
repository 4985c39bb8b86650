"""How every form is answered: a redirect when it is done, or the page with what is in the way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from secretsapp.core.errors import Correctable, OutcomeUnknown
from secretsapp.models import Universe
from secretsapp.web.forms.secrets import FormOfSecret

METHODS = ["GET", "HEAD", "POST"]
UNPROCESSABLE = 422
ENTER_AGAIN = "Enter the {} again: Sealroom never keeps it."


@dataclass(frozen=True)
class Done:
    """An action that succeeded: the sentence that says so, and the address of the next page.

    `warning` says what is amiss all the same.
    """

    sentence: str
    address: str
    warning: str = ""


def posted(request: HttpRequest) -> Mapping[str, Any] | None:
    """What a form is bound to: what was sent, or None where the page is only opened."""
    return request.POST if request.method == "POST" else None


def submitted(
    request: HttpRequest,
    form: Form,
    action: Callable[[], Done],
    universe: Universe | None = None,
) -> HttpResponse | None:
    """Act on a valid form and redirect, so that a reload repeats nothing.

    None where the form is not valid or the action was refused; the refusal is in the form
    then. An outcome that is not known leads to the list of the universe it is about, where nothing
    sends it again, and where it is said what comes of it.
    """
    if not form.is_valid():
        return None
    try:
        done = action()
    except Correctable as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        return None
    except OutcomeUnknown as unknown:
        if universe is None:
            raise
        return redirect(f"{reverse('universe', args=[universe.pk])}?change={unknown.change_id}")
    messages.success(request, done.sentence)
    if done.warning:
        messages.warning(request, done.warning)
    return redirect(done.address)


def page(
    request: HttpRequest, template: str, form: Form, context: Mapping[str, Any]
) -> HttpResponse:
    """The page of a form; with errors in it the status is 422, and a value is asked for again."""
    if form.errors and "value" in form.fields and not form.has_error("value"):
        what = "key" if "key" in str(form.fields["value"].label) else "value"
        form.add_error("value", ENTER_AGAIN.format(what))
    if isinstance(form, FormOfSecret):
        form.begin_at_fault()
    status = UNPROCESSABLE if form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)
