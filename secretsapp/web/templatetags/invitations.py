"""The invitations to a universe, for the page of who has access there."""

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from secretsapp.mail import outbox
from secretsapp.models import Universe
from secretsapp.people import invitation_listing

register = template.Library()


@register.inclusion_tag("invitations/_section.html", takes_context=True)
def invitations_to(context: Context, universe: Universe) -> dict[str, Any]:
    """The newest invitations to the universe that the actor sees, and the way to invite others."""
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "invitations": invitation_listing.sent(request.actor, universe),
        "sends_mail": outbox.is_set_up(),
        "invite": reverse("access_invite", args=[universe.pk]),
        "all": reverse("access_invitations", args=[universe.pk]),
    }
