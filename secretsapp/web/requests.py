"""The request as views get it: someone is acting in it."""

from django.http import HttpRequest

from secretsapp.core.actor import Actor


class ActorRequest(HttpRequest):
    """A request that came through ActorMiddleware."""

    actor: Actor
