"""Requests for access from the shell."""

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
    refused = shell.refuse("request_access", *wish)
    assert refused == "Only a person can ask for access. Name one with --as."
    said = shell.run("request_access", *wish, *viewer)
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
