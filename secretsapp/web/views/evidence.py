"""Evidence of the events that are looked for: what will be in it, the file, and what checks it."""

import inspect
from typing import Any

from django.http import HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

import verify_evidence
from secretsapp.core.errors import InvalidInput, KeyTrouble, LogBroken
from secretsapp.log import choosing, evidence, standing, tree
from secretsapp.log.index import questions
from secretsapp.web.forms.audit import AuditFilterForm
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages
from secretsapp.web.views.audit import log_form
from secretsapp.web.views.checkpoints import BEHIND


@require_http_methods(form_pages.METHODS)
def page(request: ActorRequest) -> HttpResponse:
    """What evidence would hold of what is looked for; a POST makes it and gives the file."""
    choosing.require(request.actor)
    form = log_form(request, questions.basis(request.actor))
    if form.is_valid():
        try:
            if request.method == "POST":
                return _file(request, form)
            return _shown(request, form, {"events": choosing.preview(request.actor, form.wanted())})
        except (InvalidInput, LogBroken, KeyTrouble) as refusal:
            form.add_error(None, str(refusal))
    return _shown(request, form, {"events": []})


@require_safe
def verifier(_request: ActorRequest) -> HttpResponse:
    """The one file that checks evidence, for people who have nothing else of Sealroom."""
    answer = HttpResponse(inspect.getsource(verify_evidence), "text/x-python; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="verify_evidence.py"'
    return answer


def _file(request: ActorRequest, form: AuditFilterForm) -> HttpResponse:
    if tree.is_behind():
        raise InvalidInput(BEHIND)
    made = evidence.make(request.actor, form.wanted(), urlencode(form.query()))
    name = f"evidence-{made.checkpoint.number}.json"
    answer = HttpResponse(made.content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _shown(request: ActorRequest, form: AuditFilterForm, context: dict[str, Any]) -> HttpResponse:
    found = standing.look(request.actor)
    context |= {
        "standing": found,
        "faults": [str(fault) for faults in form.errors.values() for fault in faults],
        "chips": [] if form.errors else form.active(),
        "query": urlencode(form.query()),
    }
    return form_pages.page(request, "log/evidence.html", form, context)
