"""Protected universes in the browser: propose, look, approve one or several, force, protect."""

import re
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import AuditEvent, Change, Grant, Proposal, Secret, Universe
from secretsapp.universes import managing
from tests.granting import Terms
from tests.pages.conftest import AddressOf
from tests.pages.reading import body, field, value_shown, words
from tests.secrets.proposing import NEW as PROPOSED
from tests.secrets.proposing import propose, protect, stored
from tests.stage import GROUP_ID, HARBOR_ID, STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, writes

ClientFor = Callable[[str | Person], Client]

TYPED = "a value with\r\ntwo lines"
NEW = {"name": "NEW_KEY", "value": TYPED, "reach": "host", "domain": "api.example.com"}
PROPOSING = {"proposing": "yes", "why": "the old one leaked"}


@pytest.fixture
def protected(universe: Universe) -> Universe:
    """Harbor, whose changes need two people."""
    return protect(universe)


def page_of(proposal: Proposal) -> str:
    """The address of a proposal."""
    return reverse("proposal", args=[proposal.pk])


def decide(client: Client, proposal: Proposal, choice: str, **more: str) -> int:
    """Press a button of a proposal's page."""
    address = reverse("proposal_decide", args=[proposal.pk])
    return client.post(address, {"choice": choice, **more}).status_code


def test_a_rotation_is_proposed_and_another_person_approves_what_was_typed(
    client_for: ClientFor,
    address_of: AddressOf,
    harbor: EmulatedUniverse,
    emulator: Emulator,
    protected: Universe,
) -> None:
    rotator, address = client_for("rotator"), address_of("secret_rotate", "PAY_KEY")
    opened = rotator.get(address)
    assert "Protected. Another person must approve this." in words(opened)
    assert "Propose new value" in words(opened)
    assert "Apply now without approval" not in words(opened)
    assert field(opened, "proposing") == "yes"
    sent = {"value": TYPED, "version": field(opened, "version"), **PROPOSING}
    emulator.clear_requests()
    answer = rotator.post(address, sent, follow=True)
    proposal = stored(Proposal.objects.get().pk)
    assert answer.redirect_chain == [(page_of(proposal), 302)]
    assert "Proposed. Nothing is sent until someone else approves it." in words(answer)
    assert "You proposed this, so another person must approve it." in words(answer)
    assert 'value="approve"' not in body(answer)
    assert writes(emulator) == []
    for page in (address_of("universe"), address_of("secret", "PAY_KEY"), address_of("proposals")):
        assert "ropose" in words(client_for("viewer").get(page))
    assert 'value="approve"' not in body(client_for("viewer").get(page_of(proposal)))
    editor = client_for("editor")
    said = words(editor.get(page_of(proposal)))
    assert "the old one leaked" in said
    assert "rotator@example.com" in said
    address = reverse("proposal_decide", args=[proposal.pk])
    answer = editor.post(address, {"choice": "approve", "remark": "checked"}, follow=True)
    assert "Approved, and rotated PAY_KEY." in words(answer)
    assert "Outcome Succeeded" in words(answer)
    assert harbor.values["PAY_KEY"] == b"a value with\ntwo lines"
    assert "proposed by rotator@example.com" in words(editor.get(address_of("secret", "PAY_KEY")))
    # Sent again it says what became of it, and sends nothing.
    emulator.clear_requests()
    again = editor.post(address, {"choice": "approve"})
    assert again.status_code == 422
    assert "This proposal no longer waits. editor@example.com approved it" in words(again)
    assert writes(emulator) == []


def test_creating_and_deleting_are_proposed_too(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, protected: Universe
) -> None:
    manager = client_for("manager")
    opened = manager.get(address_of("secret_create"))
    assert "Propose secret" in words(opened)
    noted = NEW | {"note": "for <b>the</b> shop", "is_mine": "on"}
    assert manager.post(address_of("secret_create"), noted | PROPOSING).status_code == 302
    sent = {"typed": "PAY_KEY", **PROPOSING}
    assert manager.post(address_of("secret_delete", "PAY_KEY"), sent).status_code == 302
    assert [each.kind for each in Proposal.objects.order_by("proposed_at")] == ["create", "delete"]
    assert harbor.values.keys() == {"PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"}
    created, editor = Proposal.objects.earliest("proposed_at"), client_for("editor")
    shown = words(editor.get(f"/proposals/{created.pk}/"))
    assert "Note for <b>the</b> shop Owner manager@example.com" in shown
    listed = editor.get(address_of("proposals_approve"), {"p": str(created.pk)})
    assert "Note: for <b>the</b> shop" in words(listed)
    decision = {"choice": "approve", "remark": ""}
    assert editor.post(f"/proposals/{created.pk}/decide/", decision).status_code == 302
    secret = Secret.objects.get(name=created.name)
    assert (secret.note, str(secret.owner)) == ("for <b>the</b> shop", "manager@example.com")


def test_a_page_from_before_it_was_protected_sends_nothing(
    client_for: ClientFor, address_of: AddressOf, emulator: Emulator, universe: Universe
) -> None:
    rotator, address = client_for("rotator"), address_of("secret_rotate", "PAY_KEY")
    sent = {"value": "hello", "version": field(rotator.get(address), "version")}
    protect(universe)
    emulator.clear_requests()
    answer = rotator.post(address, sent)
    assert answer.status_code == 422
    assert "Harbor was protected after you opened this page, so nothing was sent." in words(answer)
    assert (value_shown(answer), field(answer, "proposing")) == ("", "yes")
    assert writes(emulator) == []
    assert not Proposal.objects.exists()
    # And the other way round.
    Universe.objects.update(protected_since=None)
    answer = rotator.post(address, sent | PROPOSING)
    assert answer.status_code == 422
    assert "no longer protected, so nothing was proposed or sent" in words(answer)
    assert writes(emulator) == []


def test_forged_decisions_change_nothing(
    client_for: ClientFor, cast: Cast, emulator: Emulator, protected: Universe
) -> None:
    proposal = propose(cast["rotator"], protected)
    emulator.clear_requests()
    watch = Watch()
    assert decide(client_for("rotator"), proposal, "approve") == 403
    assert decide(client_for("viewer"), proposal, "approve") == 403
    assert decide(client_for("stranger"), proposal, "approve") == 404
    assert decide(client_for("editor"), proposal, "withdraw") == 403
    assert decide(client_for("editor"), proposal, "send it") == 422
    assert decide(client_for("editor"), proposal, "approve", remark="x" * 501) == 422
    assert set(watch.tags) == {"access.refused"}
    unknown = client_for("editor").get(reverse("proposal", args=[uuid4()]))
    assert unknown.status_code == 404
    assert "This proposal isn’t in Sealroom" in words(unknown)
    assert (writes(emulator), stored(proposal).state) == ([], "waiting")
    assert decide(client_for("editor"), proposal, "decline") == 302
    own = propose(cast["rotator"], protected)
    assert decide(client_for("rotator"), own, "withdraw") == 302
    assert (stored(proposal).state, stored(own).state) == ("declined", "withdrawn")


def test_several_are_approved_by_one_confirmation_that_lists_each(
    client_for: ClientFor,
    address_of: AddressOf,
    cast: Cast,
    harbor: EmulatedUniverse,
    protected: Universe,
) -> None:
    first = propose(cast["rotator"], protected)
    second = propose(cast["editor"], protected, "create")
    hook = propose(cast["rotator"], protected, name="PAY_WEBHOOK")
    own = propose(cast["manager"], protected, "delete", name="SIGNING_SEED")
    manager, address = client_for("manager"), address_of("proposals_approve")
    listed = body(manager.get(address_of("proposals")))
    ticks = re.findall(r'name="p" value="([^"]+)"', listed)
    assert set(ticks) == {str(each.pk) for each in (first, second, hook)}
    chosen = {"p": [*ticks, str(own.pk), "no id"]}
    confirmed = manager.get(address, chosen)
    assert "Approve 3 proposals in Harbor" in words(confirmed)
    for name in ("PAY_KEY", "NEW_KEY", "PAY_WEBHOOK"):
        assert name in words(confirmed)
    assert "1 of those you chose isn’t waiting any more" in words(confirmed)
    assert not Change.objects.exists()
    harbor.put("PAY_WEBHOOK", b"theirs", "*")
    answer = manager.post(address, chosen)
    assert words(answer).count("Done") == 2
    assert "Not done" in words(answer)
    assert "The proposal lapsed, and nothing was sent" in words(answer)
    assert harbor.values["PAY_WEBHOOK"] == b"theirs"
    assert "NEW_KEY" in harbor.secrets
    assert [stored(each).state for each in (first, second, hook, own)] == [
        "approved",
        "approved",
        "lapsed",
        "waiting",
    ]
    answer = manager.post(address, {"p": [str(own.pk)]}, follow=True)
    assert "Choose proposals that are waiting and that you can approve." in words(answer)
    many = {"p": [str(each) for each in range(20)] + [str(first.pk)] * 3}
    assert manager.get(address, many).status_code == 302


def test_the_oldest_of_many_that_wait_are_listed_and_the_others_counted(
    client_for: ClientFor, cast: Cast, protected: Universe
) -> None:
    first = propose(cast["rotator"], protected)
    later = [copy(first) for _ in range(51)]
    for number, each in enumerate(later):
        each.pk, each.name = uuid4(), f"PAY_{number}"
        each.proposed_at += timedelta(seconds=number + 1)
    Proposal.objects.bulk_create(later)
    listed = client_for("editor").get(reverse("proposals_waiting"))
    assert body(listed).count('name="p"') == 50
    assert "2 more follow once these are decided." in words(listed)
    assert "PAY_48 " in words(listed)
    assert "PAY_49 " not in words(listed)


def test_those_of_several_universes_are_approved_by_one_confirmation(
    client_for: ClientFor,
    cast: Cast,
    emulator: Emulator,
    harbor: EmulatedUniverse,
    protected: Universe,
) -> None:
    reef = emulator.add_universe(HARBOR_ID + 1, name="Reef", group_id=GROUP_ID)
    reef.put("PAY_KEY", b"reef value", "api.pay.example")
    key = protected.api_key
    other = managing.add(STAGEHAND, api_key=key, universe_id=HARBOR_ID + 1, environment="staging")
    for name in ("rotator", "editor"):
        grants.give(STAGEHAND, cast[name].user, other, Terms(Role(name)))
    made = [propose(cast["rotator"], each) for each in (protected, protect(other))]
    editor, address = client_for("editor"), reverse("proposals_waiting_approve")
    assert "Approve several" in words(editor.get("/"))
    listed = editor.get(reverse("proposals_waiting"))
    assert "PAY_KEY in Reef" in words(listed)
    ticks = re.findall(r'name="p" value="([^"]+)"', body(listed))
    assert ticks == [str(each.pk) for each in made]
    confirmed = words(editor.get(address, {"p": ticks}))
    assert "Approve 2 proposals Production. Harbor is live for players." in confirmed
    # Who can't approve one of them there is asked about the other alone.
    assert "Approve 1 proposal " in words(client_for("manager").get(address, {"p": ticks}))
    answer = words(editor.post(address, {"p": ticks}))
    assert (answer.count("Done"), "Not done" in answer) == (2, False)
    assert (harbor.values["PAY_KEY"], reef.values["PAY_KEY"]) == (PROPOSED, PROPOSED)
    assert "No proposals are waiting for you." in words(editor.get(reverse("proposals_waiting")))
    again = editor.post(address, {"p": ticks}, follow=True)
    assert "Choose proposals that are waiting" in words(again)


def test_an_admin_breaks_the_glass_with_a_reason(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, protected: Universe
) -> None:
    admin, address = client_for("admin"), address_of("secret_rotate", "PAY_KEY")
    opened = admin.get(address)
    assert "Apply now without approval" in words(opened)
    # Enter in a field presses the first button, which must be the one that proposes.
    assert body(opened).index("Propose new value") < body(opened).index('name="force"')
    sent = {"value": "hello", "version": field(opened, "version"), **PROPOSING, "force": "yes"}
    answer = admin.post(address, sent)
    assert answer.status_code == 422
    assert "Say why this can’t wait for approval" in words(answer)
    manager = client_for("manager").post(address, sent | {"reason": "mine"})
    assert manager.status_code == 403
    assert harbor.values["PAY_KEY"] == b"pay value"
    answer = admin.post(address, sent | {"reason": "it leaked"}, follow=True)
    assert "Changed PAY_KEY without approval." in words(answer)
    assert harbor.values["PAY_KEY"] == b"hello"
    said = words(admin.get(reverse("audit")))
    assert "changed PAY_KEY without the approval it needs" in said
    assert "it leaked" in said


def test_protection_is_begun_by_one_admin_and_ended_by_two(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    admin, address = client_for("admin"), address_of("universe_protection")
    assert "Protect universe" in words(admin.get(address))
    answer = admin.post(address, {"choice": "protect"}, follow=True)
    assert "Harbor is protected. Changes need two people from now on." in words(answer)
    assert "Protected" in words(client_for("viewer").get(address_of("universe")))
    answer = admin.post(address, {"choice": "propose", "why": "over"}, follow=True)
    assert "The universe stays protected until another admin approves it." in words(answer)
    proposal = stored(Proposal.objects.get().pk)
    assert decide(admin, proposal, "approve") == 403
    assert decide(client_for("manager"), proposal, "approve") == 403
    second = engage("second", admin=True)
    assert decide(client_for(second), proposal, "approve") == 302
    universe.refresh_from_db()
    assert not universe.protected
    protect(universe)
    assert admin.post(address, {"choice": "force"}).status_code == 422
    assert admin.post(address, {"choice": "force", "reason": "alone"}).status_code == 302
    event = AuditEvent.objects.latest("sequence")
    assert (event.tag, "alone" in event.detail) == ("universe.unprotect.forced", True)


def test_where_nobody_could_approve_it_is_said(
    client_for: ClientFor, address_of: AddressOf, universe: Universe, cast: Cast
) -> None:
    Grant.objects.exclude(role="admin").delete()
    admin, address = client_for("admin"), address_of("universe_protection")
    caution = "Only admin@example.com can rotate every secret of Harbor"
    assert caution in words(admin.get(address))
    assert caution in words(admin.post(address, {"choice": "protect"}, follow=True))


def test_no_page_asks_more_where_more_is_proposed(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, protected: Universe
) -> None:
    manager = client_for("manager")
    first = propose(cast["rotator"], protected)
    pages = [
        address_of("proposals"),
        address_of("universe"),
        address_of("secret", "PAY_KEY"),
        page_of(first),
        f"{address_of('proposals_approve')}?p={first.pk}",
    ]
    before = [queries_of(manager, page) for page in pages]
    for who in ("rotator", "editor", "admin"):
        for name in ("PAY_KEY", "PAY_WEBHOOK", "SIGNING_SEED"):
            propose(cast[who], protected, name=name)
    assert [queries_of(manager, page) for page in pages] == before
    assert max(before) <= 30


def queries_of(client: Client, page: str) -> int:
    """How many queries a page takes that was opened before."""
    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)
