"""Search over everything one may see, as a page or, for htmx, as what was found alone."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from secretsapp.home.search.finding import Found, Group, find, first
from secretsapp.home.search.hits import Hit, Kind, Named, Rest
from secretsapp.web.htmx import wants_fragment
from secretsapp.web.requests import ActorRequest

_WORDS = {
    Kind.PAGES: "Pages",
    Kind.UNIVERSES: "Universes",
    Kind.SECRETS: "Secrets",
    Kind.ACTIONS: "Actions",
    Kind.PEOPLE: "People",
    Kind.TEAMS: "Teams",
    Kind.API_KEYS: "API keys",
}
_PAGES = {
    Kind.UNIVERSES: "universe",
    Kind.PEOPLE: "person",
    Kind.TEAMS: "team",
    Kind.API_KEYS: "api_key",
}


@dataclass(frozen=True)
class More:
    """A way to more than is shown."""

    words: str
    address: str


@dataclass(frozen=True)
class ShownGroup:
    """What was found of one kind, each with its address, and the ways to the rest, if any."""

    kind: Kind
    words: str
    hits: list[tuple[Hit, str]]
    more: list[More]


@require_safe
def search(request: ActorRequest) -> HttpResponse:
    """What is in the address is looked for, of one kind if it says so; else only the form."""
    text = request.GET.get("q", "").strip()
    kind = _kind(request.GET.get("in", ""))
    fragment = wants_fragment(request)
    found = find(request.actor, text, kind=kind) if text else first(request.actor)
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
            group.title or _WORDS[group.kind],
            [(hit, _address(group.kind, hit.named)) for hit in group.hits],
            [] if kind else _more(group, text),
        )
        for group in found.groups
    ]


def _more(group: Group, text: str) -> list[More]:
    """The ways to what else was found of the kind: in the list of a universe, or in all."""
    rests = [hit.rest for hit in group.hits if hit.rest]
    more = [_more_listed(rest) for rest in rests if rest.is_listed]
    if group.has_more or len(more) < len(rests):
        every = f"{reverse('search')}?{urlencode({'q': text, 'in': group.kind.value})}"
        more.append(More(f"More {_in_a_sentence(group.kind)}", every))
    return more


def _more_listed(rest: Rest) -> More:
    """The universe's own list, whose filter finds the same."""
    words = f"{rest.count} more" if rest.count else "More"
    listed = f"{reverse('universe', args=[rest.universe.pk])}?{urlencode({'q': rest.text})}"
    return More(f"{words} in {rest.universe.name}", listed)


def _address(kind: Kind, named: Named) -> str:
    """Where a hit leads."""
    inside: list[int | str] = [named.universe.pk] if named.universe else []
    if named.secret:
        inside.append(named.secret)
    if kind in {Kind.PAGES, Kind.ACTIONS}:
        return reverse(str(named.key), args=inside)
    if kind is Kind.SECRETS:
        return reverse("secret", args=inside)
    return reverse(_PAGES[kind], args=[named.key])
