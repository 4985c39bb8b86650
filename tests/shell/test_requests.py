"""Requests for access from the shell."""

from uuid import uuid4

from secretsapp.models import AccessRequest, Universe
from tests.shell.conftest import Shell
from tests.stage import HARBOR_ID, Cast


def test_a_person_asks_and_who_can_answer_finds_it(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    viewer, manager, editor = (
        ("--as", f"{name}@example.com") for name in ("viewer", "manager", "editor")
    )
    wish = (HARBOR_ID, "Rotator", "--names", "PAY_KEY", "--hours", 168, "--reason", "new season")
    refused = shell.refuse("request", *wish)
    assert refused == "Only a person can ask for access. Name one with --as."
    said = shell.run("request", *wish, *viewer)
    made = AccessRequest.objects.get()
    assert said.output == f"Requested Rotator in Harbor: {made.pk}.\n"
    for who in ((), manager):
        lines = shell.run("list_requests", *who).output.splitlines()
        assert (
            f"{made.pk}  waiting  viewer@example.com  rotator  Harbor  PAY_KEY  7 days" in lines[1]
        )
    listed = shell.run("list_requests", *viewer, "--json").json
    assert (listed["waiting"], listed["own"][0]["id"]) == ([], str(made.pk))
    assert shell.run("list_requests", *editor).output == "No requests.\n"


def test_a_request_is_approved_for_less_declined_and_withdrawn(
    shell: Shell, universe: Universe, cast: Cast
) -> None:
    viewer, manager = ("--as", "viewer@example.com"), ("--as", "manager@example.com")

    def ask(name: str) -> str:
        wish = (HARBOR_ID, "rotator", "--names", name, "--hours", 168, "--reason", "new season")
        return str(shell.run("request", *wish, *viewer, "--json").json["id"])

    first = ask("PAY_KEY")
    assert "own" in shell.refuse("approve", first, *viewer)
    assert "not extend it" in shell.refuse("approve", first, "--hours", 400, *manager)
    assert "goes with a proposal" in shell.refuse("approve", first, "--remark", "x", *manager)
    said = shell.run("approve", first, "--hours", 8, *manager)
    assert said.output.startswith("Approved: viewer@example.com is Rotator of Harbor until ")
    assert "approved" in shell.refuse("approve", first, *manager)
    second = ask("PAY_WEBHOOK")
    said = shell.run("decline", second, "--remark", "not now", *manager)
    assert said.output == "Declined the request of viewer@example.com for access.\n"
    third = ask("SIGNING_SEED")
    assert shell.run("decline", third, *viewer).output == "Withdrew your request for access.\n"
    assert "go with a request" in shell.refuse("approve", str(uuid4()), "--hours", 8, *manager)
