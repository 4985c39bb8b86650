"""Names to fill in some universes: chosen in a comparison, or those that another universe has."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Correctable, InvalidInput
from secretsapp.models import Universe
from secretsapp.secrets import compared_universes, filling
from secretsapp.secrets.filling import NameToFill
from secretsapp.web.forms.ticked import CELL, cells_of, names_of, universes_of
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views.form_pages import METHODS

SOURCE, TARGET, FILE = "from", "to", "format"
# Without a script each is a field of its own, of which a form has 1,100 at most.
MOST_TICKED = 1000
CHOOSE = "Choose the universe that the names are for."


@require_http_methods(METHODS)
def page(request: ActorRequest) -> HttpResponse:
    """The names with where each is missing; with a `format`, those that are ticked as a file."""
    compared_universes.check_sees_some(request.actor)
    sent = request.POST if request.method == "POST" else request.GET
    sources = universes_of(request.actor, sent, SOURCE)[:1]
    try:
        targets, found = _found(request.actor, sent, sources)
    except Correctable as refusal:
        messages.warning(request, str(refusal))
        return redirect("compare")
    if request.method == "POST" and FILE in sent and targets:
        return _file(request.actor, targets, found, set(names_of(sent)))
    context = {
        "source": sources[0] if sources else None,
        "targets": targets,
        "found": found,
        "choices": filling.possible_targets(request.actor, sources[0]) if sources else [],
        "import_query": f"?{urlencode([('universe', str(each.pk)) for each in targets])}",
        "is_long": len(found) > MOST_TICKED,
        "missing": sum(1 for each in found if each.missing_in),
    }
    return render(request, "comparison/names_to_fill.html", context)


def _found(
    actor: Actor, sent: QueryDict, sources: Sequence[Universe]
) -> tuple[list[Universe], list[NameToFill]]:
    """Which universes lack what: raises InvalidInput where nothing was chosen."""
    targets = universes_of(actor, sent, TARGET)
    if sources:
        return targets, filling.of_source(actor, sources[0], targets)
    if not targets:
        cells = cells_of(actor, sent) if CELL in sent else []
        targets = list(dict.fromkeys(universe for universe, _ in cells))
        names = [name for _, name in cells]
    else:
        names = names_of(sent)
    if not targets:
        raise InvalidInput(CHOOSE)
    return targets, filling.of_names(actor, names, targets)


def _file(
    actor: Actor, targets: Sequence[Universe], found: Sequence[NameToFill], ticked: set[str]
) -> HttpResponse:
    """The names that are ticked, or else all that are missing somewhere."""
    chosen = [each for each in found if (each.name in ticked if ticked else each.missing_in)]
    text = filling.export(actor, targets, chosen)
    answer = HttpResponse(text, "text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="names-to-fill.env"'
    return answer
