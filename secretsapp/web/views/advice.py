"""What there is to know of a domain, for the page on which someone types it."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from secretsapp.core.input_rules import one_form
from secretsapp.core.value_gate import caution_of
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest


@require_safe
def domain(request: ActorRequest) -> HttpResponse:
    """A sentence about the domain in the address, or nothing: only the domain is looked at.

    It is a part of a page; opened as a page, it leads to the first page.
    """
    if not wants_fragment(request):
        return redirect("home")
    typed = one_form(request.GET.get("domain", ""))
    context = {"caution": caution_of(typed) if typed else ""}
    return render(request, "secrets/_domain_advice.html", context)
