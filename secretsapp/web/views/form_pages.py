"""How every form is answered: a redirect when it is done, or the page with what is in the way.

That is told once: one fault at its field, several in a list above the form too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from secretsapp.core.errors import Correctable, OutcomeUnknown, RobloxRefused
from secretsapp.models import Universe

METHODS = ["GET", "HEAD", "POST"]
UNPROCESSABLE = 422
# The code of errors that the API key can be the reason for.
KEY = "key"
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
        _tell(form, refusal)
        return None
    except OutcomeUnknown as unknown:
        if universe is None:
            raise
        return redirect(f"{reverse('universe', args=[universe.pk])}?change={unknown.change_id}")
    messages.success(request, done.sentence)
    if done.warning:
        messages.warning(request, done.warning)
    return redirect(done.address)


def _tell(form: Form, refusal: Correctable) -> None:
    """Put a refusal into the form, at its field if it has that; reasons of their own one by one."""
    if isinstance(refusal, RobloxRefused) and refusal.apart:
        told = [ValidationError(each, code=KEY) for each in refusal.apart]
        form.add_error(None, ValidationError(told))
    else:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


def page(
    request: HttpRequest, template: str, form: Form, context: Mapping[str, Any]
) -> HttpResponse:
    """The page of a form; with errors in it the status is 422, and a value is asked for again.

    That it has to be entered again is no fault, and doesn't count as one.
    """
    fails_at = _begin_at_fault(form)
    if form.errors and "value" in form.fields and not form.has_error("value"):
        what = "key" if "key" in str(form.fields["value"].label) else "value"
        form.add_error("value", ENTER_AGAIN.format(what))
    for name, what in getattr(form, "unkept", {}).items():
        if form.errors and not form.has_error(name):
            form.add_error(name, ENTER_AGAIN.format(what))
    told = {**context, "form": form, "fails_at": fails_at}
    return render(request, template, told, status=UNPROCESSABLE if form.errors else 200)


def _begin_at_fault(form: Form) -> str:
    """The field that the page begins at: the only one that fails, if it is seen; else nothing.

    Any other page with errors begins at the list of them.
    """
    if not form.errors:
        return ""
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    alone = _alone(form)
    if alone:
        form.fields[alone].widget.attrs["autofocus"] = True
    return alone


def _alone(form: Form) -> str:
    first, *others = form.errors
    seen = {field.name for field in form.visible_fields()}
    return first if first in seen and not others and not _tells_above(form) else ""


def _tells_above(form: Form) -> bool:
    """Whether its fields have no room for what is wrong with them, as in a row of filters."""
    return getattr(form, "tells_above", False)
