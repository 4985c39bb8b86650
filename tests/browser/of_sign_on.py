"""The pages of single sign-on, and what is done with them before one looks at them."""

from dataclasses import replace

from django.urls import reverse
from playwright.sync_api import Route

from tests.browser.catalogue import Look
from tests.browser.conftest import Visitor
from tests.browser.journeys import age
from tests.stage import Cast
from tests.support.identities_of_people import THERE, give_identity
from tests.support.sign_on_provider import SignOnProvider


def looks_at_sign_on(provider: SignOnProvider, cast: Cast) -> list[Look]:
    """The pages where a provider is set up, with an editor who only comes by it."""
    editor = cast["editor"].user
    identity = give_identity(editor, replace(THERE, issuer=provider.issuer, subject="2002"))
    editor.set_unusable_password()
    editor.save(update_fields=["password"])
    return [
        Look("sign_in_with", reverse("account_login"), ""),
        Look("sign_on_leave", reverse("account_login"), "", stay),
        Look("sign_on_refused", reverse("account_login"), "", be_unknown_there),
        Look("me_with_provider", reverse("me"), "viewer"),
        Look("me_connected", reverse("me"), "editor"),
        Look("me_connect", reverse("me_connect", args=["acme"]), "viewer"),
        Look("person_connected", reverse("person", args=[editor.pk])),
        Look("person_disconnect", reverse("person_disconnect", args=[editor.pk])),
        Look("me_disconnect", reverse("me_disconnect", args=[identity]), "editor"),
        Look("confirm_with", reverse("me"), "editor", be_asked_to_sign_in_again),
    ]


def stay(visitor: Visitor) -> None:
    """Press the button, and stay on the page that leads to the provider."""

    def lead_nowhere(route: Route) -> None:
        route.fulfill(status=204)

    visitor.page.route("**/acme/authorize**", lead_nowhere)
    visitor.page.get_by_role("button", name="Sign in with Acme").click()
    visitor.page.get_by_role("link", name="Continue").wait_for()


def be_unknown_there(visitor: Visitor) -> None:
    """Sign in there, with an account that nobody connected."""
    visitor.page.unroute_all()
    visitor.page.get_by_role("button", name="Sign in with Acme").click()
    visitor.page.get_by_role("heading", name="Couldn’t sign in").wait_for()


def be_asked_to_sign_in_again(visitor: Visitor) -> None:
    """Let it be long ago that the person confirmed who they are, and be asked to."""
    age(visitor)
    visitor.open(reverse("confirm"))
    visitor.page.get_by_role("button", name="Sign in with Acme again").wait_for()
