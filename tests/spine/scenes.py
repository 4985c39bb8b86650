"""What there is to be acted on: each lets it be there, and gives what more is sent with the act."""

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from secretsapp.access import grants, requests, reviews, teams
from secretsapp.access.requests import Wish
from secretsapp.access.terms import FirstGrant
from secretsapp.batches import planning
from secretsapp.core.roles import Role
from secretsapp.log import witnesses
from secretsapp.models import ApiKey, NewSignIn, ReviewItem, Secret, SignedIn, Universe
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import accounts, factors, invitations, one_time_codes, required_factors
from secretsapp.secrets import absences
from secretsapp.secrets.secret_view import drift_of
from secretsapp.web.forms.batches import tick_of
from tests.granting import Terms
from tests.pages.importing import Import
from tests.secrets.proposing import propose, protect
from tests.spine import of_channels
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import give_app
from tests.support.identities_of_people import give_identity
from tests.support.passkeys_of_people import give_passkey
from tests.support.witness import NAME, verifier_line

GUEST, VIEWER = "guest@example.com", "viewer@example.com"

Sent = dict[str, str]
# Lets there be what is acted on; gives what more is sent, and under "at" another address.
Prepare = Callable[[Universe, Cast], Sent]


def team(universe: Universe, cast: Cast) -> Sent:
    """A team with the viewer in it, and a grant."""
    team = teams.create(STAGEHAND, name="Build", people=[cast["viewer"].user])
    grants.add(STAGEHAND, team, universe, Terms(Role.VIEWER))
    return {}


def witness(_universe: Universe, _cast: Cast) -> Sent:
    """A witness of the log."""
    key = verifier_line(NAME, b"\x04", bytes(32))
    witnesses.add(STAGEHAND, name="Ebb", address="https://ebb.example.com/", key=key)
    return {}


def ticked(universe: Universe, cast: Cast) -> Sent:
    """A universe that was ticked to get another value, on the page for that secret."""
    (row,) = planning.plan(cast["admin"].actor, pairs=[(universe, "PAY_KEY")])
    at = f"{reverse('replace_everywhere')}?name=PAY_KEY"
    return {"at": at, "universe": tick_of(row), "value": "another value", "reach": "keep"}


def not_needed(universe: Universe, _cast: Cast) -> Sent:
    """A secret that is missing, and of which someone said that it isn't needed."""
    absences.accept(STAGEHAND, [(universe, "PAY_MISSING")])
    return {}


def previewed(universe: Universe, cast: Cast) -> Sent:
    """An import whose preview was seen by the editor."""
    client, text = Client(), "PAY_KEY=another-value"
    client.force_login(cast["editor"].user)
    given = Import(client, text, universe, as_file=False)
    given.preview()
    return {"text": text, **given.confirmed}


def viewer_everywhere(_universe: Universe, cast: Cast) -> Sent:
    grants.add(STAGEHAND, cast["viewer"].user, None, Terms(Role.VIEWER))
    return {}


def invitation(page: str) -> Prepare:
    def prepare(universe: Universe, cast: Cast) -> Sent:
        given = [FirstGrant(universe, Terms(Role.VIEWER))]
        invitations.invite(cast["manager"].actor, [GUEST], given, greeting="")
        made = cast["manager"].user.invitations.get()
        return {"at": reverse(page, args=[made.pk])}

    return prepare


def second_session(_universe: Universe, cast: Cast) -> Sent:
    other = Client()
    other.force_login(cast["admin"].user)
    other.get("/me/")
    return {"session": SignedIn.objects.get().stored_key}


def new_sign_in(_universe: Universe, cast: Cast) -> Sent:
    """A sign-in to the viewer's account from a new device."""
    viewer = cast["viewer"].user
    made = NewSignIn.objects.create(person=viewer, device="theirs", at=timezone.now())
    return {"at": reverse("sign_in_recognize", args=[made.pk])}


def code_for_an_address(_universe: Universe, cast: Cast) -> Sent:
    """A code by which the viewer gets another address."""
    viewer, hour = cast["viewer"].user, timedelta(hours=1)
    code = one_time_codes.issue(
        CodePurpose.ADDRESS, viewer, good_for=hour, address="new@example.com"
    )
    return {"code": code.text}


def app(_universe: Universe, cast: Cast) -> Sent:
    """An authenticator app of the viewer's."""
    give_app(cast["viewer"].user)
    return {}


def passkey(page: str) -> Prepare:
    """A passkey of the viewer's, and the page about it."""

    def prepare(_universe: Universe, cast: Cast) -> Sent:
        give_passkey(cast["viewer"].user)
        (made,) = factors.of(cast["viewer"].actor, cast["viewer"].user).passkeys
        return {"at": reverse(page, args=[made.id])}

    return prepare


def identity(_universe: Universe, cast: Cast) -> Sent:
    """An account of the viewer's at a provider."""
    return {"at": reverse("me_disconnect", args=[give_identity(cast["viewer"].user)])}


def identity_there(_universe: Universe, cast: Cast) -> Sent:
    """An account of the viewer's at a provider, and the page about the viewer."""
    give_identity(cast["viewer"].user)
    return {}


def required_factor(_universe: Universe, _cast: Cast) -> Sent:
    """A second factor that everyone must have, in a month."""
    in_a_month = timezone.now() + timedelta(days=30)
    required_factors.require(STAGEHAND, None, in_a_month, is_meant=True)
    return {}


def unused_key(universe: Universe, _cast: Cast) -> Sent:
    Universe.objects.filter(pk=universe.pk).delete()
    return {"typed": "automation"}


def replaced_key(universe: Universe, _cast: Cast) -> Sent:
    """A key that replaced another, which is still to be deleted at Roblox."""
    ApiKey.objects.filter(pk=universe.api_key_id).update(old_replaced_at=timezone.now())
    return {}


def channel_that_is_off(_universe: Universe, _cast: Cast) -> Sent:
    of_channels.turn_off()
    return {}


def another(universe: Universe, _cast: Cast) -> Sent:
    return {"universe": "42", "environment": "staging", "api_key": str(universe.api_key_id)}


def picked(universe: Universe, cast: Cast) -> Sent:
    """A game of a group that was ticked."""
    at = f"{reverse('universes_pick')}?group={universe.owner.partition('/')[2]}"
    return another(universe, cast) | {"at": at, "game": "42"}


def changed_outside(universe: Universe, _cast: Cast) -> Sent:
    secret = Secret.objects.get(universe=universe, name="PAY_KEY")
    secret.drifted_at = timezone.now()
    secret.save()
    return {"seen": drift_of(secret)}


def outside(universe: Universe, cast: Cast) -> Sent:
    """The same as the page of all universes carries it."""
    return {"found": f"{universe.pk} PAY_KEY {changed_outside(universe, cast)['seen']}"}


def seen_version(universe: Universe, _cast: Cast) -> Sent:
    """When a secret was changed last, as a form carries it."""
    return {"seen": Secret.objects.get(universe=universe, name="PAY_KEY").update_time}


def waiting(universe: Universe, cast: Cast) -> Sent:
    """An invitation, a request and a proposal: of the viewer, where they can."""
    given = [FirstGrant(universe, Terms(Role.VIEWER, "PAY_*"))]
    grants.add(STAGEHAND, cast["viewer"].user, universe, Terms(Role.MANAGER, "PAY_*"))
    invitations.invite(cast["viewer"].actor, [GUEST], given, greeting="")
    requests.ask(cast["viewer"].actor, universe, Wish(Role.EDITOR, "AD_*", 24, "season two"))
    propose(cast["viewer"], protect(universe))
    return {}


def disabled(_universe: Universe, cast: Cast) -> Sent:
    accounts.disable(STAGEHAND, cast["viewer"].user)
    return {}


def review(universe: Universe, _cast: Cast) -> Sent:
    reviews.start(STAGEHAND, universe, days=14, ends_unanswered=False, every_months=3)
    item = ReviewItem.objects.get(grant__person__email=VIEWER)
    return {f"answer-{item.pk}": "kept"}


def proposed(kind: str = "rotate", **sent: str) -> Prepare:
    def prepare(universe: Universe, cast: Cast) -> Sent:
        made = propose(cast["manager"], protect(universe), kind)
        return {"at": reverse("proposal_decide", args=[made.pk]), **sent}

    return prepare


def several(universe: Universe, cast: Cast) -> Sent:
    return {"p": str(propose(cast["manager"], protect(universe)).pk)}


def protected(universe: Universe, _cast: Cast) -> Sent:
    protect(universe)
    return {}
