"""Search over everything one may see, as a page or, for htmx, as what was found alone."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsapp.home.search.finding import Found, Group, find
from secretsapp.home.search.hits import Hit, Kind, Named
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest

_WORDS = {
    Kind.PAGES: "Pages",
    Kind.UNIVERSES: "Universes",
    Kind.SECRETS: "Secrets",
    Kind.PEOPLE: "People",
    Kind.API_KEYS: "API keys",
}
_PAGES = {Kind.UNIVERSES: "universe", Kind.PEOPLE: "person", Kind.API_KEYS: "api_key"}


@dataclass(frozen=True)
class ShownGroup:
    """What was found of one kind, each with its address; `more` is where the rest is, if any."""

    kind: Kind
    words: str
    hits: list[tuple[Hit, str]]
    more: str

    @property
    def more_words(self) -> str:
        """What the way to the rest is called."""
        return f"More {_in_a_sentence(self.kind)}"


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """What is in the address is looked for, of one kind if it says so; else only the form."""
    text = request.GET.get("q", "").strip()
    kind = _kind(request.GET.get("in", ""))
    fragment = wants_fragment(request)
    found = find(request.actor, text, kind=kind)
    context = {
        "text": text,
        "kind_words": _in_a_sentence(kind) if kind else "",
        "found": found,
        "groups": _shown(found, text, kind),
        "is_fragment": fragment,
    }
    return render(request, "home/_search_results.html" if fragment else "home/search.html", context)


def _in_a_sentence(kind: Kind) -> str:
    words = _WORDS[kind]
    return words if words.startswith("API") else words.lower()


def _kind(text: str) -> Kind | None:
    return Kind(text) if text in list(Kind) else None


def _shown(found: Found, text: str, kind: Kind | None) -> list[ShownGroup]:
    return [
        ShownGroup(
            group.kind,
            _WORDS[group.kind],
            [(hit, _address(group.kind, hit.named)) for hit in group.hits],
            _more(group, text) if group.has_more and not kind else "",
        )
        for group in found.groups
    ]


def _more(group: Group, text: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': text, 'in': group.kind.value})}"


def _address(kind: Kind, named: Named) -> str:
    """Where a hit leads."""
    inside = [named.universe.pk] if named.universe else []
    if kind is Kind.PAGES:
        return reverse(str(named.key), args=inside)
    if kind is Kind.SECRETS:
        return reverse("secret", args=[*inside, named.key])
    return reverse(_PAGES[kind], args=[named.key])
