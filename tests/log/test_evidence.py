"""Evidence: whoever has the file and one other file can check it, and nothing in it can change."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from nacl.signing import SigningKey

import verify_evidence
from secretsapp.core import merkle, signed_notes
from secretsapp.core.errors import Forbidden, InvalidInput, LogBroken
from secretsapp.log import checkpoints, choosing, evidence, proving
from secretsapp.log.filters import AuditFilter
from secretsapp.models import AuditEvent, Checkpoint, Universe
from secretsapp.people import sign_ins
from tests.stage import HARBOR_ID, Cast
from tests.support.long_log import lengthen
from tests.support.tampering import behind_the_back
from verify_evidence import Refused, check

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SIGN_INS = AuditFilter(tag="person.signed_in")


@pytest.fixture
def made(cast: Cast) -> evidence.Evidence:
    """Evidence of two events."""
    for role in ("viewer", "editor"):
        sign_ins.record_sign_in(cast[role].actor, cast[role].user)
    return evidence.make(cast["admin"].actor, SIGN_INS, "event=person.signed_in")


def changed(content: bytes, change: Callable[[Any], object]) -> bytes:
    """The bundle with a change, written as bundles are."""
    bundle = json.loads(content)
    change(bundle)
    return verify_evidence.canonical(bundle)


def test_evidence_proves_its_events_by_the_key_alone_and_the_log_says_who_made_it(
    cast: Cast, made: evidence.Evidence
) -> None:
    key = made.checkpoint.verifier
    verdict = check(made.content, [key])
    told = AuditEvent.objects.get(tag="evidence.made")
    assert [event["tag"] for event in verdict.events] == ["person.signed_in"] * 2
    said = "\n".join(verify_evidence.report(verdict))
    assert f"admin@example.com chose at {told.chained_fields()['time']}" in said
    assert "Filter: event=person.signed_in" in said
    assert "bundle's own claim" not in said
    assert "the key is the bundle's own claim" in "".join(check(made.content).unproved)
    assert len(made.content) < 10_000
    other = str(signed_notes.signer("example.com/log", bytes(32)).verifier)
    with pytest.raises(Refused, match="key that you gave"):
        check(made.content, [other])


def test_a_bundle_with_one_changed_byte_is_refused(made: evidence.Evidence) -> None:
    content = made.content
    accepted = []
    for place in range(len(content)):
        flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            check(flipped)
        except Refused:
            continue
        accepted.append((place, content[place - 20 : place + 20]))
    assert accepted == []
    for wrong in (content[:-1], content + b"\n", b"", content.replace(b"\n", b"\n ", 1)):
        with pytest.raises(Refused):
            check(wrong)


def test_what_is_left_out_added_or_put_in_another_order_is_noticed(
    made: evidence.Evidence,
) -> None:
    for change in (
        lambda found: found["events"].pop(),
        lambda found: found["events"].reverse(),
        lambda found: found["events"].append(found["events"][-1]),
        lambda found: found["events"].append(found["made"]),
        lambda found: found.update(made=found["events"][0]),
        lambda found: found["events"][0]["proof"].append(found["events"][0]["proof"][0]),
        lambda found: found["keys"].append(found["keys"][0]),
        lambda found: found["keys"].clear(),
        lambda found: found["events"][0].update(note="free text"),
    ):
        with pytest.raises(Refused):
            check(changed(made.content, change))


def test_a_bundle_of_another_log_can_steer_no_terminal(made: evidence.Evidence) -> None:
    theirs = signed_notes.signer("example.com/log", bytes(32))

    def forge(found: Any) -> None:
        event = found["made"]
        event["fields"] |= {"time": "\x1b[2J\u202eProved", "sequence": "1"}
        event["fields"]["detail"] = json.dumps({"digest": verify_evidence.digest([])})
        leaf = merkle.leaf_hash(verify_evidence.content_hash(event["fields"]))
        text = str(signed_notes.Checkpoint(theirs.name, 1, leaf))
        event |= {"index": 0, "proof": []}
        found |= {"keys": [str(theirs.verifier)], "events": []}
        found["checkpoint"] = signed_notes.sign(text, [theirs])

    verdict = check(changed(made.content, forge))
    assert not verdict.by_given_key
    assert all(map(str.isprintable, verify_evidence.report(verdict)))


@pytest.mark.parametrize(
    "content",
    [
        b'{"format":"sealroom evidence 1","format":"sealroom evidence 1"}',
        b'{"format":NaN}',
        b'{"format":1e5}',
        b'{"format":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"format":"\\ud800"}',
        b'{"format":"\xff"}',
        b"[]",
        b"null",
        b"{}",
    ],
    ids=["twice", "NaN", "a float", "huge", "deep", "half", "bytes", "list", "null", "empty"],
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        check(content)
    with pytest.raises(Refused):
        verify_evidence.key_of("example.com/log+00000000+AAAA")


def test_a_witness_that_is_named_must_have_signed(made: evidence.Evidence) -> None:
    witness = SigningKey(bytes(range(32)))
    key = verify_evidence.Key("witness.example/w", b"\x04", bytes(witness.verify_key))
    line = f"{key.name}+{key.key_id.hex()}+{base64.b64encode(key.kind + key.public).decode()}"
    body = made.checkpoint.note.rpartition("\n\n")[0] + "\n"
    time = 1_800_000_000
    signature = witness.sign(f"cosignature/v1\ntime {time}\n{body}".encode()).signature
    cosigned = base64.b64encode(key.key_id + time.to_bytes(8, "big") + signature).decode()

    def cosign(found: Any) -> None:
        found["checkpoint"] += f"— {key.name} {cosigned}\n"

    content = changed(made.content, cosign)
    # Its time would be a number of more digits than Python writes.
    longest = base64.b64encode(key.key_id + bytes([255]) * 2000).decode()
    with pytest.raises(Refused, match="doesn't fit"):
        check(content.replace(cosigned.encode(), longest.encode()), witnesses=[line])
    with pytest.raises(Refused, match="witness that you named"):
        check(made.content, witnesses=[line])
    assert "its key isn't known" in "".join(check(content).unproved)
    assert "witness at 2027-01-15 08:00:00" in "".join(check(content, witnesses=[line]).proved)
    # Whoever has the log's key can make up a witness, and so can't be the one who names it.
    with pytest.raises(Refused, match="no log's"):
        check(changed(content, lambda found: found["keys"].append(line)))
    with pytest.raises(Refused, match="doesn't fit"):
        check(content.replace(cosigned[-20:].encode(), b"A" * 18 + b"A="), witnesses=[line])


def test_two_checkpoints_are_joined_by_a_proof_or_refused(cast: Cast) -> None:
    actor = cast["admin"].actor
    older = checkpoints.make(actor)
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    made = evidence.make(actor, SIGN_INS, "")
    growth = "\n".join(proving.consistency(actor, older.size))
    verdict = check(made.content, [older.verifier], (), older.note.encode(), growth)
    assert f"The first {older.size} events are those" in verdict.proved[-1]
    assert check(made.content, (), (), made.content).proved
    with pytest.raises(Refused, match="--consistency"):
        check(made.content, (), (), older.note.encode())
    with pytest.raises(Refused, match="doesn't continue"):
        check(made.content, (), (), older.note.encode(), growth.replace(growth[:4], "AAAA"))
    origin = older.note.partition("\n")[0]
    key = Checkpoint.objects.first()
    assert key is not None
    with pytest.raises(Refused, match=r"signed|another log"):
        check(made.content, (), (), older.note.replace(origin, "other.example").encode(), growth)


def test_events_on_both_sides_of_a_stored_subtree_are_proved_and_too_many_refused(
    cast: Cast,
) -> None:
    lengthen(300)
    made = evidence.make(cast["admin"].actor, AuditFilter(shows_attempts=True), "")
    assert len(check(made.content, [made.checkpoint.verifier]).events) == 300
    lengthen(choosing.MOST + 1)
    with pytest.raises(InvalidInput, match="More than 1,000 events"):
        choosing.choose(cast["admin"].actor, AuditFilter(shows_attempts=True))


def test_evidence_holds_what_one_may_read_and_no_histories(cast: Cast, universe: Universe) -> None:
    manager = cast["manager"].actor
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    made = evidence.make(manager, AuditFilter(), "")
    found = check(made.content, [made.checkpoint.verifier]).events
    assert {event["universe_id"] for event in found} == {str(HARBOR_ID)}
    with pytest.raises(InvalidInput, match="nothing to prove"):
        evidence.make(manager, SIGN_INS, "")
    for wanted in (AuditFilter(), AuditFilter(universe_id=HARBOR_ID, of_histories=True)):
        with pytest.raises(Forbidden):
            evidence.make(cast["viewer"].actor, wanted, "")
    assert AuditEvent.objects.filter(tag="evidence.made").count() == 1


def test_nothing_is_made_of_a_log_that_was_edited(cast: Cast) -> None:
    sign_ins.record_sign_in(cast["viewer"].actor, cast["viewer"].user)
    checkpoints.make(cast["admin"].actor)
    behind_the_back(
        "UPDATE secretsapp_auditevent SET actor_name = 'x' WHERE tag = 'person.signed_in'"
    )
    with pytest.raises(LogBroken, match="was edited"):
        evidence.make(cast["admin"].actor, SIGN_INS, "")
    assert not AuditEvent.objects.filter(tag="evidence.made").exists()
