"""What allauth asks about second factors: when one is asked for, and how secrets are stored."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.internal.flows.login import (
    clear_authentication_records,
    perform_login,
    record_authentication,
)
from allauth.account.models import Login
from allauth.account.stages import LoginStage, LoginStageController
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from secretsapp.adapters import confirmations
from secretsapp.models import User
from secretsapp.people import directory, factor_storage, factors, sign_ins

GENERATION = "generation"
# How a sign-in's records name what was proved in place of a password.
FIRST = "single_sign_on"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """allauth's adapter, with secrets under the master keys."""

    def get_totp_issuer(self) -> str:
        """What an app shows beside the code: the installation's host, never one of a request."""
        return f"Sealroom ({urlsplit(settings.SITE_URL).hostname})"

    def encrypt(self, text: str) -> str:
        """Never: it isn't said for whom. `people.factors` stores what is encrypted for a person."""
        raise NotImplementedError

    def decrypt(self, encrypted_text: str) -> str:
        """The secret that was stored for the person it names."""
        return factor_storage.decrypt(encrypted_text)


class SecondFactorStage(LoginStage):  # type: ignore[misc]
    """The step of a sign-in, by whichever way, at which a person with a second factor proves it."""

    key = "second_factor"
    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        """The way to the page that asks for it, or none; and that the sign-in may go on."""
        person: User = self.login.user
        if not directory.people_with_factors([person.pk]):
            return None, True
        self.state[GENERATION] = person.generation
        return headed_redirect_response(self.urlname), True

    @property
    def is_current(self) -> bool:
        """Whether the password that was right then is still the one of now, and the account open.

        A sign-in that waits here knows the person as of now, so a new generation ends it too.
        """
        person: User = self.login.user
        return person.is_active and self.state.get(GENERATION) == person.generation

    def pass_with(self, kind: str) -> Any:
        """Go on, with a factor of that kind proved: mostly, the person is signed in then."""
        record_authentication(self.request, self.login.user, factors.PROVED, kind=kind)
        return self.exit()


def sign_in_alone(
    request: HttpRequest, person: User, kind: str, redirect_url: str | None
) -> HttpResponse:
    """Sign in someone who proved both factors at once, by nothing that they proved before."""
    login = Login(user=person, redirect_url=redirect_url)
    LoginStageController(request, login).set_handled(SecondFactorStage.key)
    return _sign_in(request, login, factors.PROVED, kind=kind)


def sign_in_by(
    request: HttpRequest, person: User, kind: str, redirect_url: str | None, proved_at: float
) -> HttpResponse:
    """Sign in someone whom a provider knows, by nothing that they proved before; a second factor of
    theirs is asked for.

    Without one, they are only confirmed here from when they proved who they are there.
    """
    login = Login(user=person, redirect_url=redirect_url)
    answer = _sign_in(request, login, FIRST, kind=kind)
    if request.user.is_authenticated:
        confirmations.confirm(request, proved_at)
    return answer


def sign_in_by_link(request: HttpRequest, person: User) -> str:
    """Sign in someone who has just set their password by a link; where that leads.

    A second factor of theirs is asked for, and a disabled account stays out.
    """
    return _sign_in(request, Login(user=person), sign_ins.BY_LINK).headers["Location"]


def _sign_in(request: HttpRequest, login: Login, method: str, **proved: str) -> HttpResponse:
    """Sign in by that alone: nothing that the browser proved before counts."""
    clear_authentication_records(request)
    record_authentication(request, login.user, method, **proved)
    answer: HttpResponse = perform_login(request, login)
    return answer


def waiting_stage(request: HttpRequest) -> SecondFactorStage | None:
    """The sign-in of this browser that waits for a second factor, if there is one."""
    stage: SecondFactorStage | None = LoginStageController.enter(request, SecondFactorStage.key)
    if stage is None or stage.is_current:
        return stage
    stage.abort()
    return None


def otpauth_address(person: User, secret: str) -> str:
    """What the QR code for an app says: the account, the installation and the secret."""
    address: str = SecondFactorAdapter().build_totp_url(person, secret)
    return address
