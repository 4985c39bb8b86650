"""What is done with pages of people, teams and invitations before one looks at them."""

from django.urls import reverse
from django.utils import timezone

from secretsapp.access.terms import FirstGrant
from secretsapp.core.roles import Role
from secretsapp.models import NewSignIn, Universe, User
from secretsapp.people import factors, invitations
from tests.browser.conftest import Visitor
from tests.browser.journeys import age
from tests.granting import Terms
from tests.stage import PASSWORD, STAGEHAND
from tests.support.apps_of_people import actor_of, give_app
from tests.support.passkeys_of_people import give_passkey


def refuse_a_role(visitor: Visitor) -> None:
    """Ask for an account with a role, and do not say where."""
    page = visitor.page
    page.get_by_label("Email address").fill("new@example.com")
    page.locator(".first-access > summary").click()
    page.get_by_role("radio", name="Viewer").check()
    page.get_by_role("button", name="Create account").click()
    page.locator("#id_place_error").wait_for()


def add_nobody_to_the_team(visitor: Visitor) -> None:
    """Add people, and choose none."""
    visitor.page.get_by_role("button", name="Add people").click()
    visitor.page.locator(".errorlist").first.wait_for()


def name_a_team_twice(visitor: Visitor) -> None:
    """Make a team of a name that is taken."""
    visitor.page.get_by_label("Name").fill("build")
    visitor.page.get_by_role("button", name="Create team").click()
    visitor.page.locator(".errorlist").first.wait_for()


def make_a_link(visitor: Visitor) -> None:
    """Make a link by which a person sets a password."""
    visitor.page.get_by_role("button", name="New password link").click()
    visitor.page.locator("#password-link").wait_for()


def path_of_an_invitation(universe: Universe) -> str:
    """Where someone who has no account is led by an invitation to the universe."""
    given = [FirstGrant(universe, Terms(Role.ROTATOR, "PAY_*", reason="season two"))]
    emails, greeting = ["guest@example.com"], "Welcome to season two!"
    (link,) = invitations.invite(STAGEHAND, emails, given, greeting=greeting)
    return f"{reverse('invitation')}#{link.address.partition('#')[2]}"


def send_the_code(visitor: Visitor) -> None:
    """Go on by the button, which has the focus: the code is in the form, and in no address."""
    visitor.page.get_by_label("One-time code").wait_for(state="hidden")
    visitor.page.keyboard.press("Enter")
    visitor.page.get_by_role("heading", name="You’re invited").wait_for()


def invite_two(visitor: Visitor) -> None:
    """Invite two people at once."""
    page = visitor.page
    page.get_by_label("Email addresses").fill("one@example.com\ntwo@example.com")
    page.get_by_role("radio", name="Viewer").check()
    page.get_by_label("Reason").fill("season two")
    page.get_by_role("button", name="Invite", exact=True).click()
    page.locator(".link-once").first.wait_for()


def refuse_a_sign_in(visitor: Visitor) -> None:
    """Try a wrong password."""
    page = visitor.page
    page.get_by_label("Email address").fill("nobody@example.com")
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()


def new_sign_in(role: str, *devices: str) -> str:
    """The role, whose person is asked about sign-ins from these devices, or from one.

    A window that nobody signed in by hand is the device without a name.
    """
    person = User.objects.get(email=f"{role}@example.com")
    told = {"browser": "Firefox on Windows", "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348"}
    for device in devices or ("theirs",):
        NewSignIn.objects.create(person=person, device=device, at=timezone.now(), **told)
    return role


def want_no_address(visitor: Visitor) -> None:
    """Ask for one's own address instead of another."""
    visitor.page.get_by_label("New email address").fill("viewer@example.com")
    visitor.page.get_by_role("button", name="Send link").click()
    visitor.page.locator(".errorlist").wait_for()


def look_again(visitor: Visitor) -> None:
    """Open the page again: with the first one it is noted whose session it is."""
    visitor.page.reload()


def with_an_app(email: str) -> User:
    """The person, with an authenticator app, who has seen their recovery codes."""
    person = User.objects.get(email=email)
    give_app(person)
    factors.show_codes(actor_of(person), person)
    return person


def with_a_passkey(email: str) -> int:
    """The id of a passkey of the person, who has seen their recovery codes."""
    person = User.objects.get(email=email)
    give_passkey(person, "A laptop, on the pier")
    factors.show_codes(actor_of(person), person)
    return factors.of(actor_of(person), person).passkeys[0].id


def reach_the_second_step(visitor: Visitor, email: str = "auditor@example.com") -> None:
    """Sign in with the right password of someone who has an app."""
    page = visitor.page
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").wait_for()


def reach_the_passkey(visitor: Visitor) -> None:
    """Sign in with the right password of someone who has a passkey."""
    reach_the_second_step(visitor, "rotator@example.com")
    visitor.page.get_by_role("button", name="Use a passkey").wait_for()


def reach_the_sign_in_by_passkey(visitor: Visitor) -> None:
    """Choose to sign in with a passkey, which the window has none of."""
    visitor.page.get_by_role("button", name="Use a passkey").click()
    visitor.page.get_by_role("heading", name="Sign in with a passkey").wait_for()


def name_no_passkey(visitor: Visitor) -> None:
    """Send the form for a passkey without one, as only a browser without the script would."""
    visitor.page.locator("[name=credential]").evaluate("field => field.form.submit()")
    visitor.page.get_by_role("alert").filter(has_text="No passkey was used").wait_for()


def refuse_a_code(visitor: Visitor) -> None:
    """Type what no app shows."""
    visitor.page.get_by_label("Six-digit code").fill("1")
    visitor.page.get_by_role("button", name="Add app").click()
    visitor.page.locator("#id_code_error").wait_for()


def be_asked_again(visitor: Visitor) -> None:
    """Open what asks who one is, a while after signing in, and type a wrong password."""
    age(visitor)
    visitor.page.get_by_role("link", name="unused").click()
    visitor.page.get_by_label("Password").fill("not the password")
    visitor.page.get_by_role("button", name="Confirm").click()
    visitor.page.locator("#id_password_error").wait_for()


def send_too_late(visitor: Visitor) -> None:
    """Send a form that was opened a while ago."""
    age(visitor)
    visitor.page.get_by_role("button", name="Save changes").click()
    visitor.page.locator("#notices [role=alert]").wait_for()


def require_of_all(visitor: Visitor) -> None:
    """Require a second factor of everyone, and be asked whether it is meant."""
    visitor.page.get_by_role("button", name="Require", exact=True).click()
    visitor.page.get_by_label("Require it all the same").wait_for()


def be_asked_to_confirm(visitor: Visitor) -> None:
    """Let it be long ago that the person confirmed who they are, and be asked to."""
    age(visitor)
    visitor.open(reverse("confirm"))
    visitor.page.get_by_role("heading", name="Confirm that it’s you").wait_for()


def make_new_codes(visitor: Visitor) -> None:
    """Ask for new recovery codes."""
    visitor.page.get_by_role("button", name="Make new codes").click()
    visitor.page.get_by_role("heading", name="Codes for auditor").wait_for()
