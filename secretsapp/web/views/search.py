"""Search over everything one may see, as a page or, for htmx, as what was found alone."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from secretsapp.home.search import find
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """What stands in the address is looked for; without it there is only the form."""
    text = request.GET.get("q", "").strip()
    fragment = wants_fragment(request)
    context = {
        "text": text,
        "found": find(request.actor, text),
        "is_fragment": fragment,
    }
    return render(request, "home/_search_results.html" if fragment else "home/search.html", context)
