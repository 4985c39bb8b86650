"""Every page there is to look at: each door that shows one, as an admin sees it, and its states."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from secretsapp.access import reviews
from secretsapp.core.roles import Role
from secretsapp.models import Team, Universe, User
from secretsapp.people import required_factors
from tests.browser import of_import
from tests.browser.conftest import Visitor
from tests.browser.of_batches import (
    path_of_a_batch_that_went_wrong,
    path_of_a_paused_batch,
    path_of_a_running_batch,
)
from tests.browser.of_channels import (
    add_a_channel,
    path_of_a_failing_channel,
    refuse_a_channel,
)
from tests.browser.of_people import (
    add_nobody_to_the_team,
    be_asked_again,
    be_asked_to_confirm,
    invite_two,
    look_again,
    make_a_link,
    make_new_codes,
    name_a_team_twice,
    name_no_passkey,
    new_sign_in,
    path_of_an_invitation,
    reach_the_passkey,
    reach_the_second_step,
    reach_the_sign_in_by_passkey,
    refuse_a_code,
    refuse_a_role,
    refuse_a_sign_in,
    require_of_all,
    send_the_code,
    send_too_late,
    want_no_address,
    with_a_passkey,
    with_an_app,
)
from tests.browser.of_secrets import (
    choose_a_public_suffix,
    generate_a_value,
    paste_something_doubtful,
    paste_what_is_no_host,
    refuse_a_secret,
    refuse_a_similar_name,
)
from tests.spine.doors import DOORS
from tests.stage import STAGEHAND

LONG_NAME = "A_LONG_NAME_" + "X" * 52
ODD_NAME = "a/b <c> " + "é" * 56
LONG_DOMAIN = f"*.{'very-long-subdomain.' * 6}example.com"

# What is no page: files to keep, and a part of one.
FILES = {"evidence_verifier", "exports_running", "batch_progress"}

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
    imports = f"{reverse('import')}?universe={universe.pk}"
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
    auditor = with_an_app("auditor@example.com").pk
    passkey = with_a_passkey("rotator@example.com")
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
        Look("import_clear", imports, "editor", of_import.preview_what_is_clear),
        Look("import_troubled", imports, "editor", of_import.preview_what_is_troubled),
        Look("import_refused", imports, "editor", of_import.preview_nothing),
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
        Look("second_factor", reverse("account_login"), "", reach_the_second_step),
        Look("confirm_refused", reverse("me"), "auditor", be_asked_again),
        Look("held_back", _address("api_key_edit", universe), "admin", send_too_late),
        Look("me_with_app", reverse("me"), "auditor"),
        Look("second_factor_passkey", reverse("account_login"), "", reach_the_passkey),
        Look("passkey_sign_in", reverse("account_login"), "", reach_the_sign_in_by_passkey),
        Look("passkey_refused", reverse("me_passkey_add"), "viewer", name_no_passkey),
        Look("me_with_passkeys", reverse("me"), "rotator"),
        Look("confirm", reverse("me"), "rotator", be_asked_to_confirm),
        Look("me_passkey_rename", reverse("me_passkey_rename", args=[passkey]), "rotator"),
        Look("me_passkey_remove", reverse("me_passkey_remove", args=[passkey]), "rotator"),
        Look("me_app_refused", reverse("me_app"), "viewer", refuse_a_code),
        Look("me_app_remove", reverse("me_app_remove"), "auditor"),
        Look("recovery_codes", reverse("me_recovery_codes"), "auditor", make_new_codes),
        Look("recovery_codes_later", reverse("me_recovery_codes"), "auditor"),
        Look("factors_reset", reverse("person_factors_reset", args=[auditor])),
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
        Look("home_new_sign_in", reverse("home"), new_sign_in("viewer"), look_again),
        Look("home_new_sign_ins", reverse("home"), new_sign_in("editor", "", *"xyzw"), look_again),
        Look("secret_rotator", of_secret, "rotator"),
        Look("rotate_rotator", reverse("secret_rotate", args=[universe.pk, "PAY_KEY"]), "rotator"),
        Look("rotate_unsent", f"{of_secret}rotate/?unsent=1", "rotator"),
        Look("forbidden", reverse("secret_delete", args=[universe.pk, "PAY_KEY"]), "viewer"),
        Look("not_found", reverse("universe", args=[1]), "viewer"),
    ]


def looks_at_batches(universe: Universe) -> list[Look]:
    """Batches under way and ended, and one value for many universes."""
    everywhere = reverse("replace_everywhere")
    return [
        Look("batch_running", path_of_a_running_batch(universe)),
        Look("batch_paused", path_of_a_paused_batch(universe)),
        Look("batch_went_wrong", path_of_a_batch_that_went_wrong(universe)),
        Look("batches_several", reverse("batches")),
        Look("replace_there", f"{everywhere}?name=PAY_KEY", "editor"),
        Look("replace_missing", f"{everywhere}?name=BRAND_NEW&where=missing"),
        Look("replace_refused", f"{everywhere}?name=pay-key&where=all"),
        Look("replace_nowhere", f"{everywhere}?name=NOT_THERE"),
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


def looks_at_archived(universe: Universe) -> list[Look]:
    """What pages of events look like where the first 512 of them are in an archive."""
    log = reverse("audit")
    return [
        Look("audit_of_archive", log),
        Look("audit_last_page", f"{log}?before=530"),
        Look("audit_only_archived", f"{log}?before=40"),
        Look("audit_archived_nothing", f"{log}?event=universe.removed"),
        Look("audit_archived_days", f"{log}?from=2020-01-01&to=2020-02-01"),
        Look("activity_archived", reverse("universe_activity", args=[universe.pk]), "manager"),
        Look("history_archived", reverse("secret", args=[universe.pk, "PAY_KEY"]), "viewer"),
        Look("own_archived", reverse("me_activity"), "viewer"),
        Look("evidence_archived", reverse("evidence")),
        Look("checkpoints_archived", reverse("checkpoints")),
    ]


def looks_at_required() -> list[Look]:
    """What pages look like for who must have a second factor: viewers by now, editors soon."""
    with_a_passkey("admin@example.com")
    soon = timezone.now() + timedelta(days=10)
    required_factors.require(STAGEHAND, Role.EDITOR, soon, is_meant=True)
    required_factors.require(STAGEHAND, Role.VIEWER, timezone.now(), is_meant=True)
    return [
        Look("held_up", reverse("home"), "viewer"),
        Look("held_up_app", reverse("me_app"), "viewer"),
        Look("held_up_lost", "/no-such-page/", "viewer"),
        Look("home_soon_held_up", reverse("home"), "editor"),
        Look("me_second_factor", reverse("me_second_factor"), "editor"),
        Look("required_factors", reverse("required_factors"), "admin"),
        Look("required_factors_asked", reverse("required_factors"), "admin", require_of_all),
    ]


def looks_with_mail() -> list[Look]:
    """The pages that are there only where mail is set up."""
    return [
        Look("me_with_mail", reverse("me"), "viewer"),
        Look("me_address", reverse("me_address"), "viewer"),
        Look("me_address_refused", reverse("me_address"), "viewer", want_no_address),
    ]


def looks_without_sign_in() -> list[Look]:
    """The pages for people who are not signed in."""
    return [
        Look("sign_in", reverse("account_login"), ""),
        Look("sign_in_unsent", f"{reverse('account_login')}?next=/%3Funsent%3D1", ""),
        Look("sign_in_refused", reverse("account_login"), "", refuse_a_sign_in),
        Look("disabled", reverse("account_inactive"), ""),
        Look("password_set", reverse("password_set"), ""),
        Look("not_me", reverse("not_me"), ""),
        Look("invitation", reverse("invitation"), ""),
        Look("password_forgotten", reverse("password_forgotten"), ""),
        Look("no_such_page", "/no-such-page/", ""),
    ]


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
