"""Every page there is to look at: each door that shows one, as an admin sees it, and its states."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from secretsapp.access import reviews
from secretsapp.access.terms import FirstGrant
from secretsapp.core.roles import Role
from secretsapp.models import Team, Universe, User
from secretsapp.people import invitations
from tests.browser.conftest import Visitor
from tests.browser.of_channels import (
    add_a_channel,
    path_of_a_failing_channel,
    refuse_a_channel,
)
from tests.granting import Terms
from tests.spine.doors import DOORS
from tests.stage import STAGEHAND

LONG_NAME = "A_LONG_NAME_" + "X" * 52
ODD_NAME = "a/b <c> " + "é" * 56
LONG_DOMAIN = f"*.{'very-long-subdomain.' * 6}example.com"

# What is no page: files to keep, and a part of one.
FILES = {"evidence_verifier", "exports_running"}

Act = Callable[[Visitor], None]


def nothing(_visitor: Visitor) -> None:
    """Look at the page as it opens."""


@dataclass(frozen=True)
class Look:
    """A page to look at: as whom, where, and what is done there first.

    `path` may hold places for the ids of the universe, its secret and a person.
    """

    name: str
    path: str
    role: str = "admin"
    act: Act = nothing


def looks_at_doors(universe: Universe) -> list[Look]:
    """Each door that shows a page, opened by an admin."""
    return [
        Look(door.name, door.address(universe, "PAY_KEY"))
        for door in DOORS
        if door.read_answer == 200 and "admin" in door.may_pass and door.name not in FILES
    ]


def _address(name: str, universe: Universe) -> str:
    """Where the door of that name is, with what it needs to be there."""
    (door,) = (door for door in DOORS if door.name == name)
    return door.address(universe, "PAY_KEY")


def looks_at_states(universe: Universe) -> list[Look]:
    """What the pages look like at other times, and to others."""
    of_universe = reverse("universe", args=[universe.pk])
    new_secret = reverse("secret_create", args=[universe.pk])
    of_secret = reverse("secret", args=[universe.pk, "PAY_KEY"])
    viewer = User.objects.get(email="viewer@example.com").pk
    gone = reverse("secret", args=[universe.pk, "SIGNING_SEED"])
    team = Team.objects.get().pk
    give = reverse("access_give", args=[universe.pk])
    invite = reverse("access_invite", args=[universe.pk])
    link = path_of_an_invitation(universe)
    started = reviews.start(STAGEHAND, universe, days=14, ends_unanswered=True, every_months=3)
    review = reverse("review", args=[started.pk])
    webhook = reverse("channel_create", args=["webhook"])
    return [
        Look("universe_filtered", f"{of_universe}?q=pay&sort=-changed"),
        Look("universe_nothing", f"{of_universe}?q=nothing"),
        Look("search_found", f"{reverse('search')}?q=pay"),
        Look("search_near", f"{reverse('search')}?q=webook"),
        Look("search_of_secrets", f"{reverse('search')}?q=pay&in=secrets"),
        Look("search_nothing", f"{reverse('search')}?q=1818123456"),
        Look("secret_gone", gone),
        Look("secret_long", reverse("secret", args=[universe.pk, LONG_NAME])),
        Look("secret_odd", reverse("secret", args=[universe.pk, ODD_NAME])),
        Look("secret_create_refused", new_secret, "editor", refuse_a_secret),
        Look("secret_create_doubtful", new_secret, "editor", paste_something_doubtful),
        Look("secret_create_advised", new_secret, "editor", paste_what_is_no_host),
        Look("secret_create_cautioned", new_secret, "editor", choose_a_public_suffix),
        Look("secret_create_similar", new_secret, "editor", refuse_a_similar_name),
        Look("secret_create_generated", new_secret, "editor", generate_a_value),
        Look("request_own", reverse("request_new", args=[universe.pk]), "viewer", ask_for_access),
        Look("renewal_ask", _address("renewal_ask", universe), "viewer"),
        Look("review_answered", review, "admin", answer_a_grant),
        Look("requests_own", reverse("requests"), "viewer"),
        Look("api_key_doubtful", reverse("api_key_create"), "admin", paste_a_wrong_key),
        Look("channel_failing", path_of_a_failing_channel()),
        Look("channel_refused", webhook, "admin", refuse_a_channel),
        Look("channel_secret", webhook, "admin", add_a_channel),
        Look("universe_tested", reverse("universe_create"), "admin", name_a_universe),
        Look("audit_filtered", f"{reverse('audit')}?event=secret&person=admin&since=24h"),
        Look("audit_export_refused", f"{reverse('audit_export')}?from=2026-12-04&to=2026-12-03"),
        Look("activity_viewer", f"{of_universe}activity/", "viewer"),
        Look("checkpoints_made", reverse("checkpoints"), "admin", make_checkpoint),
        Look("witness_refused", reverse("witness_add"), "admin", name_no_witness),
        Look("evidence_of_secret", f"{reverse('evidence')}?secret=PAY_KEY"),
        Look("audit_nothing", f"{reverse('audit')}?event=universe.removed"),
        Look("menu_open", reverse("me"), "manager", open_menu),
        Look("help_open", reverse("me"), "manager", open_help),
        Look("shortcuts_open", reverse("me"), "manager", open_shortcuts),
        Look("row_menu_open", reverse("styleguide"), "manager", open_row_menu),
        Look("access_menu_open", reverse("access", args=[universe.pk]), "admin", open_row_menu),
        Look("access_by_person", f"{reverse('access', args=[universe.pk])}?by=person"),
        Look("access_give_reach", give, "admin", type_a_pattern),
        Look("sidebar_open", f"{reverse('home')}#sidebar", "manager"),
        Look("palette_empty", reverse("me"), "manager", open_palette),
        Look("palette_found", of_universe, "manager", search_in_the_bar),
        Look("people_menu", reverse("people"), "admin", open_row_menu),
        Look("person_create_refused", reverse("person_create"), "admin", refuse_a_role),
        Look("person_link", reverse("person", args=[viewer]), "admin", make_a_link),
        Look("teams_access", reverse("access", args=[universe.pk]), "manager"),
        Look("team_leave", reverse("team_leave", args=[team])),
        Look("team_nobody", reverse("team_people", args=[team]), "admin", add_nobody_to_the_team),
        Look("team_create_refused", reverse("team_create"), "manager", name_a_team_twice),
        Look("me_with_team", reverse("me"), "viewer"),
        Look("invitation_join", link, "", send_the_code),
        Look("invitation_other", link, "stranger", send_the_code),
        Look("invitation_links", invite, "manager", invite_two),
        Look("invitations_menu", reverse("invitations"), "admin", open_row_menu),
        Look("home_stranger", reverse("home"), "stranger"),
        Look("home_rotator", reverse("home"), "rotator"),
        Look("secret_rotator", of_secret, "rotator"),
        Look("rotate_rotator", reverse("secret_rotate", args=[universe.pk, "PAY_KEY"]), "rotator"),
        Look("rotate_unsent", f"{of_secret}rotate/?unsent=1", "rotator"),
        Look("forbidden", reverse("secret_delete", args=[universe.pk, "PAY_KEY"]), "viewer"),
        Look("not_found", reverse("universe", args=[1]), "viewer"),
    ]


def looks_at_protected(universe: Universe) -> list[Look]:
    """The pages of a protected universe that differ from others; something waits in it."""
    waiting = _address("proposal", universe)
    of_secret = reverse("secret", args=[universe.pk, "PAY_KEY"])
    several = reverse("proposals_approve", args=[universe.pk])
    return [
        Look("proposal_waiting", waiting),
        Look("home_waiting", reverse("home")),
        Look("home_sidebar_waiting", f"{reverse('home')}#sidebar"),
        Look("proposal_viewer", waiting, "viewer"),
        Look("proposals_several", f"{several}?p={waiting.split('/')[2]}"),
        Look("proposals_waiting_for_you", reverse("proposals_waiting")),
        Look("proposals_protected", reverse("proposals", args=[universe.pk])),
        Look("universe_protected", reverse("universe", args=[universe.pk])),
        Look("secret_proposed", of_secret),
        Look("rotate_forced", f"{of_secret}rotate/", "admin", open_force),
        Look("create_proposed", reverse("secret_create", args=[universe.pk]), "editor"),
        Look("delete_proposed", f"{of_secret}delete/", "manager"),
        Look(
            "protection_forced",
            reverse("universe_protection", args=[universe.pk]),
            "admin",
            open_force,
        ),
    ]


def looks_without_sign_in() -> list[Look]:
    """The pages for people who are not signed in."""
    return [
        Look("sign_in", reverse("account_login"), ""),
        Look("sign_in_unsent", f"{reverse('account_login')}?next=/%3Funsent%3D1", ""),
        Look("sign_in_refused", reverse("account_login"), "", refuse_a_sign_in),
        Look("disabled", reverse("account_inactive"), ""),
        Look("password_set", reverse("password_set"), ""),
        Look("invitation", reverse("invitation"), ""),
        Look("password_forgotten", reverse("password_forgotten"), ""),
        Look("no_such_page", "/no-such-page/", ""),
    ]


def refuse_a_secret(visitor: Visitor) -> None:
    """Send a form in which everything is wrong."""
    page = visitor.page
    page.get_by_label("Name").fill("1-KEY")
    page.get_by_label("One host, or its subdomains").check()
    send_unchecked(visitor)


def send_unchecked(visitor: Visitor) -> None:
    """Send the form as it is, which the page would hold back, and wait for the refusal."""
    page = visitor.page
    page.evaluate("document.querySelector('form.form').noValidate = true")
    page.get_by_role("button", name="Create secret").click()
    page.locator(".errorlist").first.wait_for()


def paste_something_doubtful(visitor: Visitor) -> None:
    """Type a value that is hardly meant so."""
    page = visitor.page
    page.get_by_label("Name").fill("MAIL_KEY")
    page.get_by_label("Value", exact=True).fill('MAIL_KEY="Bearer abc"\n')


def paste_what_is_no_host(visitor: Visitor) -> None:
    """Paste an address both as the value and as the host, and a name that Roblox does not take."""
    page = visitor.page
    page.get_by_label("Name").fill("2ND-KEY")
    page.get_by_label("Value", exact=True).fill("https://discord.com/api/webhooks/1/abc")
    page.get_by_label("One host, or its subdomains").check()
    page.get_by_label("Host", exact=True).fill("https://api.stripe.com/v1/charges")


def choose_a_public_suffix(visitor: Visitor) -> None:
    """Choose where everybody can have a host for a value that is to go elsewhere."""
    page = visitor.page
    page.get_by_label("Name").fill("PAY_KEY")
    page.get_by_label("Value", exact=True).fill("https://discord.com/api/webhooks/1/abc")
    page.get_by_label("One host, or its subdomains").check()
    page.get_by_label("Host", exact=True).fill("*.github.io")
    page.locator("#domain-advice .suspicion").wait_for()


def refuse_a_similar_name(visitor: Visitor) -> None:
    """Send a name nearly that of another, as from a page that was opened before that was there."""
    page = visitor.page
    page.get_by_label("Name").fill("pay_key")
    page.get_by_label("Value", exact=True).fill("a value")
    page.get_by_label("No requests").check()
    send_unchecked(visitor)


def generate_a_value(visitor: Visitor) -> None:
    """Let the server make a value."""
    visitor.page.get_by_text("Generate a value").click()
    visitor.page.get_by_role("button", name="Generate", exact=True).click()
    visitor.page.get_by_text("Generated.").wait_for()


def paste_a_wrong_key(visitor: Visitor) -> None:
    """Store a key that Roblox does not know, and be asked whether it is meant."""
    page = visitor.page
    page.get_by_label("Name").fill("Second")
    page.get_by_label("API key", exact=True).fill("a-key-cut-off")
    page.get_by_role("button", name="Save key").click()
    page.get_by_label("Save it without a check").wait_for()


def name_a_universe(visitor: Visitor) -> None:
    """Say which universe, which is then tested by itself."""
    visitor.page.get_by_label("Universe", exact=True).fill("1818")
    visitor.page.get_by_label("Universe", exact=True).blur()
    visitor.page.locator(".trial").wait_for()


def ask_for_access(visitor: Visitor) -> None:
    """Ask to create and rotate a secret, and come to the page of the request."""
    page = visitor.page
    page.get_by_label("Role").select_option("editor")
    page.get_by_label("Secrets", exact=True).fill("PAY_KEY")
    page.get_by_label("Reason").fill("The season begins.")
    page.get_by_role("button", name="Ask for access").click()
    page.get_by_role("button", name="Withdraw request").wait_for()


def answer_a_grant(visitor: Visitor) -> None:
    """Answer for one grant of a review, and leave the others."""
    visitor.page.get_by_label("Answer for").first.select_option(index=1)
    visitor.page.get_by_role("button", name="Save answers").click()
    visitor.page.get_by_text("Saved your answers").first.wait_for()


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


def open_force(visitor: Visitor) -> None:
    """Fold out what an admin can do without approval."""
    visitor.page.locator(".force-fold > summary").click()


def make_checkpoint(visitor: Visitor) -> None:
    """Sign a checkpoint, which is shown then."""
    visitor.page.get_by_role("button", name="Make checkpoint").click()
    visitor.page.get_by_text("Open as plain text").wait_for()


def name_no_witness(visitor: Visitor) -> None:
    """Enter what is no key of a witness."""
    page = visitor.page
    page.get_by_label("Name").fill("Tides")
    page.get_by_label("Address").fill("https://witness.example.com/")
    page.get_by_label("Verifier key").fill("a+b+c")
    page.get_by_role("button", name="Add witness").click()
    page.get_by_text("isn’t the verifier key").wait_for()


def open_menu(visitor: Visitor) -> None:
    """Open the menu of who one is."""
    visitor.page.locator(".menu-summary").click()


def open_help(visitor: Visitor) -> None:
    """Open the menu of what helps."""
    visitor.page.locator("#help > summary").click()


def open_shortcuts(visitor: Visitor) -> None:
    """Open the dialog of the keys."""
    open_help(visitor)
    visitor.page.get_by_role("link", name="Keyboard shortcuts").click()
    visitor.page.locator("#shortcuts").wait_for()


def open_row_menu(visitor: Visitor) -> None:
    """Open what else there is to do with a row."""
    visitor.page.locator(".menu-row > summary").first.click()


def open_palette(visitor: Visitor) -> None:
    """Open what is offered while nothing is typed."""
    visitor.page.keyboard.press("Control+k")
    visitor.page.locator("#search-panel .hit").first.wait_for()


def type_a_pattern(visitor: Visitor) -> None:
    """Type for which secrets access is, and wait for what that matches."""
    visitor.page.get_by_label("Secrets", exact=True).fill("pay_*")
    visitor.page.get_by_text("Did you mean PAY_*?").wait_for()


def search_in_the_bar(visitor: Visitor) -> None:
    """Type into the search above the page, and wait for what is found."""
    visitor.page.locator("#search").fill("pay")
    visitor.page.locator("#search-panel a").first.wait_for()
