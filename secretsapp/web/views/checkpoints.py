"""The checkpoints of the audit log: a page of them, the newest as text, and making one."""

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from secretsapp.core import signed_notes
from secretsapp.core.errors import KeyTrouble, LogBroken
from secretsapp.log import checkpoints, cosigned, proving, standing, tree, witness_listing
from secretsapp.models import Checkpoint
from secretsapp.web import bearer
from secretsapp.web.requests import ActorRequest
from secretsapp.web.views import form_pages, long_lists

BEHIND = "The worker still has too many events to check first. Try again in a few minutes."


@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """All checkpoints, a page at a time, and how others check them."""
    page = standing.listing(request.actor, long_lists.asked(request).number)
    found = standing.look(request.actor)
    signed = cosigned.of(page.items)
    context = {
        "rows": [
            (each, [by for by in signed[each.number] if cosigned.fits(by, each)])
            for each in page.items
        ],
        "signers": cosigned.signers(found.checkpoint),
        "note": cosigned.note(found.checkpoint) if found.checkpoint else "",
        "witnesses": witness_listing.listed(request.actor),
        "may_manage": witness_listing.may_manage(request.actor),
        "newest": found.checkpoint,
        "fingerprint": _fingerprint(found.checkpoint),
        "standing": found,
    }
    return render(request, "log/checkpoints.html", context | long_lists.context(request, page))


def _fingerprint(checkpoint: Checkpoint | None) -> str:
    if checkpoint is None:
        return ""
    return hashlib.sha256(signed_notes.verifier(checkpoint.verifier).public).hexdigest()


@require_http_methods(form_pages.METHODS)
def make(request: ActorRequest) -> HttpResponse:
    """Make one now; a GET, as after signing in again, only leads to the page of them."""
    standing.require_all(request.actor)
    if request.method == "POST":
        _make(request)
    return redirect("checkpoints")


def _make(request: ActorRequest) -> None:
    if tree.is_behind():
        messages.warning(request, f"Nothing was signed. {BEHIND}")
        return
    before = standing.latest()
    try:
        made = checkpoints.make(request.actor)
    except (LogBroken, KeyTrouble) as trouble:
        messages.error(request, f"Nothing was signed. {trouble}")
        return
    words = (
        "The log is whole, and nothing has happened since checkpoint"
        if made == before
        else "Signed checkpoint"
    )
    messages.success(request, f"{words} {made.number}.")


@login_not_required
@require_safe
def newest(request: ActorRequest) -> HttpResponse:
    """The newest checkpoint as it is: for people who can read the whole log, and for a token."""
    token = settings.CHECKPOINT_TOKEN
    if token and bearer.is_sent(request):
        if not bearer.has_token(request, token):
            return bearer.challenge("checkpoints", "CHECKPOINT_TOKEN")
        return _text(standing.latest())
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    return _text(proving.newest(request.actor))


def _text(found: Checkpoint | None) -> HttpResponse:
    content = cosigned.note(found) if found else "No checkpoint was signed yet.\n"
    status = 200 if found else 404
    return HttpResponse(content, content_type="text/plain; charset=utf-8", status=status)
