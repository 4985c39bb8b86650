"""Protected universes in the shell: propose as a person, approve as another, or force."""

import pytest

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Proposal, Universe
from tests.secrets.proposing import protect
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast
from tests.support.game_servers import give_key
from tests.support.watch import Watch, writes

VALUE = b"a value of the shell"
HARBOR = str(HARBOR_ID)


def as_(who: str) -> tuple[str, str]:
    """The option that names who acts."""
    return ("--as", f"{who}@example.com")


def test_one_person_proposes_and_another_approves(
    shell: Shell, cast: Cast, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    said = shell.run("protect", HARBOR_ID)
    assert said.output == "Harbor is protected. Changes need two people from now on.\n"
    emulator.clear_requests()
    wanted = ("propose", "rotate", HARBOR_ID, "PAY_KEY", "--why", "it leaked")
    assert "Say who you are: --as EMAIL" in shell.refuse(*wanted, piped=VALUE)
    said = shell.run(*wanted, *as_("rotator"), piped=VALUE)
    proposal = Proposal.objects.get()
    first, second = said.output.splitlines()
    assert first.startswith("Proposed the rotation of PAY_KEY in Harbor. Nothing is sent until")
    assert second == f"  manage.py approve {proposal.pk}"
    listed = shell.run("list_proposals", HARBOR_ID, "--json").json["proposals"]
    assert [(each["state"], each["why"]) for each in listed] == [("waiting", "it leaked")]
    assert proposal.box not in str(listed)
    assert "it leaked" in shell.run("list_proposals", HARBOR_ID).output
    assert "--as EMAIL" in shell.refuse("approve", proposal.pk)
    assert "your own proposal" in shell.refuse("approve", proposal.pk, *as_("rotator"))
    assert "You can’t rotate PAY_KEY" in shell.refuse("approve", proposal.pk, *as_("viewer"))
    assert writes(emulator) == []
    data = shell.run("approve", proposal.pk, "--json", *as_("editor")).json["approved"]
    assert [(each["state"], each["change"]) for each in data] == [("approved", "succeeded")]
    assert harbor.values["PAY_KEY"] == VALUE
    again = shell.refuse("approve", proposal.pk, *as_("manager"))
    assert "This proposal no longer waits. editor@example.com approved it" in again
    assert shell.run("list_proposals", HARBOR_ID).output == "No proposals.\n"
    assert "approved" in shell.run("list_proposals", HARBOR_ID, "--all").output


def test_the_other_kinds_and_endings(
    shell: Shell, cast: Cast, harbor: EmulatedUniverse, universe: Universe
) -> None:
    protect(universe)
    name = ("propose", "create", HARBOR_ID, "NEW_KEY")
    assert "needs --domain" in shell.refuse(*name, *as_("editor"), piped=VALUE)
    noted = (*name, "--domain", "*", "--note", "for the shop", "--mine", "--json")
    made = shell.run(*noted, *as_("editor"), piped=VALUE).json
    assert (made["note"], made["owner"]) == ("for the shop", "editor@example.com")
    gone = ("propose", "delete", HARBOR_ID, "PAY_KEY")
    assert "Only a new secret" in shell.refuse(*gone, "--mine", *as_("manager"))
    shell.run(*gone, *as_("manager"))
    assert "name none" in shell.refuse("propose", "unprotect", HARBOR_ID, "X", *as_("admin"))
    shell.run("propose", "unprotect", HARBOR_ID, *as_("admin"))
    created, deleted, ended = Proposal.objects.order_by("proposed_at")
    several = shell.refuse("approve", created.pk, deleted.pk, *as_("admin"))
    assert "the creation of NEW_KEY in Harbor, by editor@example.com; the deletion of" in several
    shell.run("approve", created.pk, deleted.pk, "--yes", *as_("admin"))
    assert harbor.values["NEW_KEY"] == VALUE
    assert "PAY_KEY" not in harbor.secrets
    said = shell.run("decline", ended.pk, *as_("admin"))
    assert said.output.startswith("Withdrew the removal of the protection in Harbor.")
    shell.run("propose", "rotate", HARBOR_ID, "PAY_WEBHOOK", *as_("rotator"), piped=VALUE)
    waiting = Proposal.objects.get(state="waiting").pk
    assert shell.run("decline", waiting, *as_("editor")).output.startswith("Declined")
    assert Proposal.objects.exclude(box="").count() == 0


@pytest.mark.parametrize(
    ("command", "tag"),
    [
        (("create_secret", HARBOR, "NEW_KEY", "--domain", "*"), "create"),
        (("rotate_secret", HARBOR, "PAY_KEY"), "rotate"),
        (("delete_secret", HARBOR, "PAY_KEY", "--yes"), "delete"),
    ],
)
def test_without_approval_a_command_needs_a_reason_and_is_marked(
    shell: Shell,
    cast: Cast,
    universe: Universe,
    emulator: Emulator,
    command: tuple[str, ...],
    tag: str,
) -> None:
    shell.run(*command, "--reason", "not protected, so not needed", piped=VALUE)
    if tag == "create":
        shell.run("delete_secret", HARBOR_ID, "NEW_KEY", "--yes")
    elif tag == "delete":
        shell.run("create_secret", HARBOR_ID, "PAY_KEY", "--domain", "*", piped=VALUE)
    protect(universe)
    emulator.clear_requests()
    watch = Watch()
    for acting in ((), as_("admin"), as_("manager")):
        refused = shell.refuse(*command, *acting, piped=VALUE)
        assert "Propose it with `manage.py propose`, or add --reason TEXT" in refused
    denied = shell.refuse(*command, "--reason", "mine", *as_("manager"), piped=VALUE)
    assert "You can’t manage universes" in denied
    assert (writes(emulator), watch.tags) == ([], ["access.refused"])
    shell.run(*command, "--reason", "it leaked", piped=VALUE)
    assert [each for each in watch.tags[1:] if each != "universe.key_changed"] == [
        "secret.change.forced",
        f"secret.{tag}.started",
        f"secret.{tag}.succeeded",
    ]


def test_the_protection_is_removed_alone_only_with_a_reason(
    shell: Shell, cast: Cast, universe: Universe
) -> None:
    protect(universe)
    assert "add --reason TEXT" in shell.refuse("unprotect", HARBOR_ID)
    shell.refuse("unprotect", HARBOR_ID, "--reason", "mine", *as_("manager"))
    shell.run("unprotect", HARBOR_ID, "--reason", "the other admin left")
    assert shell.run("rotate_secret", HARBOR_ID, "PAY_KEY", piped=VALUE).output


def test_a_restart_is_proposed_and_approved(
    shell: Shell, cast: Cast, harbor: EmulatedUniverse, universe: Universe, emulator: Emulator
) -> None:
    protect(give_key(universe, emulator))
    harbor.fleet.start(harbor.profile.root_place_id)
    assert "Propose it instead" in shell.refuse("restart_servers", HARBOR_ID, "--yes")
    propose = ("propose", "restart", HARBOR_ID, "--bleed-off", 5, *as_("manager"))
    named = ("propose", "restart", HARBOR_ID, "PAY_KEY", *as_("manager"))
    assert "name none" in shell.refuse(*named)
    made = shell.run(*propose, "--place", harbor.profile.root_place_id, "--json").json
    assert (made["kind"], made["bleed_off_minutes"]) == ("restart", 5)
    assert made["places"] == [harbor.profile.root_place_id]
    said = shell.run("approve", made["proposal"], *as_("admin"))
    assert said.output == "Approved the restart of the servers in Harbor.\n"
    assert len(harbor.fleet.restarts) == 1
    odd = ("propose", "delete", HARBOR_ID, "PAY_KEY", "--bleed-off", 5, *as_("manager"))
    assert "Only a restart" in shell.refuse(*odd)
