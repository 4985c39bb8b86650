"""The table of a universe's secrets for anyone: no sign-in, no rights, no page around it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.urls import path

from secretsapp.models import Secret
from secretsapp.secrets.arranging import Wanted, places, states_of
from secretsapp.secrets.secret_view import SecretView
from secretsapp.web import urls
from secretsapp.web.views.secret_rows import rows_of
from secretsapp.web.views.universes import COLUMNS

# The same table as the product's templates make, written down at one go by hand.
FLAT = """{% load sealroom %}
{% icon "external" as external_icon %}
{% icon "stop" as stop_icon %}
{% icon "warning" as warning_icon %}
<table class="panel secrets sticky-head" role="table">
<caption class="visually-hidden">Secrets of {{ universe.name }}</caption>
<thead role="rowgroup"><tr role="row">
{% for column in columns %}
<th scope="col" role="columnheader"{% if column.sorted %} aria-sort="{{ column.sorted }}"{% endif %}>
<a class="sort" id="sort-{{ column.name }}" href="{% url "universe" universe.pk %}{{ column.query }}" data-sort="{{ column.name }}">{{ column.words }} {% icon "chevron" %}</a></th>
{% if forloop.first %}<th scope="col" role="columnheader">Allowed host</th>{% endif %}
{% endfor %}
<th scope="col" role="columnheader"><span class="visually-hidden">Actions</span></th>
</tr></thead>
<tbody id="rows" role="rowgroup">
{% for view, states, at in rows %}{% with secret=view.secret note=view.note_line %}
<tr role="row" data-search="{{ view.searched }}" data-name="{{ at.name }}" data-changed="{{ at.changed }}" data-who="{{ at.who }}" data-owner="{{ at.owner }}"
data-states="{{ states }}" data-may="rotate details delete">
<td role="cell" class="cell-name"><a class="name row-link" id="secret-{{ secret.pk }}" href="{% url "secret" universe.pk secret.name %}"><bdi>{{ secret.name }}</bdi></a>
{% if secret.drifted_at %}<span class="chip chip-amber">{{ warning_icon }} {% if view.is_created_outside %}Created{% else %}Changed{% endif %} outside</span>{% endif %}
{% if note %}<bdi class="note-line muted one-line">{{ note }}</bdi>{% endif %}</td>
<td role="cell" class="cell-domain">
{% if secret.domain == "*" %}<span class="chip">{{ warning_icon }} Any host</span>
{% elif not secret.domain %}<span class="chip">{{ stop_icon }} No requests</span>
{% else %}<bdi class="name one-line" title="{{ secret.domain }}">{{ secret.domain }}</bdi>{% endif %}</td>
<td role="cell" class="cell-age">{% ago view.changed_at %}
<span class="cell-who">{{ external_icon }}Outside Sealroom</span></td>
<td role="cell" class="cell-owner">–</td>
<td role="cell" class="cell-menu"></td>
</tr>
{% endwith %}{% endfor %}
</tbody></table>
"""  # noqa: E501 - as long as the lines of templates are


def ready(request: HttpRequest) -> HttpResponse:
    """What is asked until the server is there."""
    return HttpResponse()


def universe(request: HttpRequest, universe_id: int) -> HttpResponse:
    """The table as the product's own templates make it, from the same rows in one query."""
    context = _context(universe_id)
    views = [view for view, *_ in context["rows"]]
    rows = rows_of(context["universe"], views, Wanted(), None)
    return render(request, "secrets/_listing.html", context | {"rows": rows})


def flat(request: HttpRequest, universe_id: int) -> HttpResponse:
    """The same table from a template that includes nothing."""
    return HttpResponse(_FLAT.render(_context(universe_id), request))


_FLAT = engines["django"].from_string(FLAT)


def _context(universe_id: int) -> dict[str, Any]:
    secrets = Secret.objects.filter(universe=universe_id).order_by("name")
    views = [_view(secret) for secret in secrets.select_related("universe", "last_change")]
    return {
        "universe": views[0].secret.universe,
        "rows": [
            (view, " ".join(states_of(view)), at)
            for view, at in zip(views, places(views), strict=True)
        ],
        "shown": len(views),
        "columns": [_column(name, words) for name, words in COLUMNS],
    }


def _view(secret: Secret) -> SecretView:
    return SecretView(secret, open=(), **dict.fromkeys(RIGHTS, True))


RIGHTS = ("may_rotate", "may_change_domain", "may_edit_details", "may_delete", "may_read_audit")


def _column(name: str, words: str) -> dict[str, str]:
    is_by_name = name == "name"
    query = "?sort=-name" if is_by_name else f"?sort={name}"
    return {"name": name, "words": words, "sorted": "ascending" * is_by_name, "query": query}


# The first that matches answers; the product's own are there to be named in links.
urlpatterns = [
    path("", ready),
    path("universes/<universe_id:universe_id>/", universe),
    path("flat/<universe_id:universe_id>/", flat),
    *urls.urlpatterns,
]
