"""Creating, updating and deleting: what is really unsealed, and what is refused."""

from base64 import b64encode

import pytest
from nacl.public import PrivateKey

from emulator import Universe
from emulator.documents import Document
from tests.emulator.caller import Caller, seal

BAD_NAMES = ["", "1ST", "WITH-DASH", "WITH.DOT", "WITH SPACE", "É", "A" * 65, "A\n", None, 7, ["A"]]
GOOD_DOMAINS = ["", "*", "api.example.com", "*.example.com", "localhost", "127.0.0.1"]
BAD_DOMAINS = [
    "api.*.com",
    "**",
    "*example.com",
    "*.",
    "https://example.com",
    "example.com/path",
    "example.com:443",
    "exam ple.com",
    "-a.example",
    "a" * 64 + ".example",
    ".".join(["a" * 60] * 5),
    "é.example",
    7,
    ["*"],
]


def test_a_created_secret_is_unsealed_exactly(caller: Caller, universe: Universe) -> None:
    value = "several\r\nlines, ümläute and a zero \x00 byte\n".encode()
    answer = caller.create("PAYMENTS", value, domain="api.example.com")
    assert answer.status_code == 201
    record = universe.secrets["PAYMENTS"]
    assert record.value == value
    assert answer.json() == {
        "id": "PAYMENTS",
        "key_id": universe.key_pair.key_id,
        "domain": "api.example.com",
        "create_time": record.create_time,
        "update_time": record.create_time,
    }


@pytest.mark.parametrize("domain", GOOD_DOMAINS)
def test_a_domain_is_kept_as_it_was_sent(caller: Caller, universe: Universe, domain: str) -> None:
    assert caller.create("PAYMENTS", domain=domain).status_code == 201
    assert universe.secrets["PAYMENTS"].domain == domain


@pytest.mark.parametrize("fields", [{}, {"domain": None}])
def test_a_secret_created_without_a_domain_has_none(
    caller: Caller, universe: Universe, fields: Document
) -> None:
    assert caller.create("PAYMENTS", **fields).status_code == 201
    assert universe.secrets["PAYMENTS"].domain == ""


@pytest.mark.parametrize("domain", BAD_DOMAINS)
def test_a_bad_domain_is_refused(caller: Caller, universe: Universe, domain: object) -> None:
    assert caller.create("PAYMENTS", domain=domain).status_code == 400
    universe.put("PAYMENTS", b"before")
    assert caller.update("PAYMENTS", domain=domain).status_code == 400
    assert universe.values == {"PAYMENTS": b"before"}


@pytest.mark.parametrize("name", ["A", "_a1", "a" * 64])
def test_a_name_within_the_rules_is_accepted(caller: Caller, universe: Universe, name: str) -> None:
    assert caller.create(name).status_code == 201
    assert set(universe.values) == {name}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused_without_a_word_on_the_rule(
    caller: Caller, universe: Universe, name: object
) -> None:
    answer = caller.create(name)
    assert answer.status_code == 400
    assert answer.json() == {"title": "Bad Request", "status": "400"}
    assert universe.values == {}


@pytest.mark.parametrize("name", ["1ST", "WITH-DASH", "%2e%2e", "A%0A", "%FF", "public-key"])
def test_a_bad_name_in_the_path_is_refused(caller: Caller, name: str) -> None:
    assert caller.update(name).status_code == 400
    assert caller.delete(name).status_code == 400


def test_a_taken_name_is_a_conflict_and_changes_nothing(caller: Caller, universe: Universe) -> None:
    caller.create("PAYMENTS", b"first")
    answer = caller.create("PAYMENTS", b"second")
    assert answer.status_code == 409
    assert answer.json()["status"] == "409"
    assert universe.values == {"PAYMENTS": b"first"}


def test_the_secret_after_the_five_hundredth_is_refused(caller: Caller, universe: Universe) -> None:
    for number in range(499):
        universe.put(f"SECRET_{number}", b"value")
    assert caller.create("THE_LAST").status_code == 201
    assert caller.create("ONE_TOO_MANY").status_code == 400
    assert len(universe.values) == 500


def test_a_value_may_hold_1024_bytes_and_no_more(caller: Caller, universe: Universe) -> None:
    value = "ü".encode() * 512
    assert caller.create("EXACT", value).status_code == 201
    assert caller.create("LONGER", value + b"!").status_code == 400
    assert universe.values == {"EXACT": value}


@pytest.mark.parametrize("secret", [None, 7, "", "not base64!", "QUJD", "QUJ", "é", ["QUJD"]])
def test_what_is_no_sealed_box_is_refused(
    caller: Caller, universe: Universe, secret: object
) -> None:
    answer = caller.create("PAYMENTS", secret=secret)
    assert (answer.status_code, answer.json()["status"]) == (400, "400")
    assert universe.values == {}


def test_a_box_sealed_for_another_key_is_refused(caller: Caller, universe: Universe) -> None:
    other = b64encode(bytes(PrivateKey.generate().public_key)).decode()
    assert caller.create("PAYMENTS", secret=seal(b"value", other)).status_code == 400
    assert universe.values == {}


@pytest.mark.parametrize("key_id", [None, "", "1", 1200590785272263122])
def test_a_missing_or_wrong_key_id_is_refused(
    caller: Caller, universe: Universe, key_id: object
) -> None:
    assert caller.create("PAYMENTS", key_id=key_id).status_code == 400
    assert universe.values == {}


def test_a_stale_key_id_is_refused(caller: Caller, universe: Universe) -> None:
    stale = caller.sealed(b"value")
    new_key_id = universe.rotate_key_pair()
    assert new_key_id != stale["key_id"]
    assert caller.post({"id": "PAYMENTS", **stale}).status_code == 400
    assert caller.create("PAYMENTS").status_code == 201


def test_the_public_key_comes_with_an_id_beyond_a_double(
    caller: Caller, universe: Universe
) -> None:
    record = caller.public_key().json()
    assert set(record) == {"id", "secret", "key_id"}
    assert record["id"] == "public-key"
    assert record["key_id"] == universe.key_pair.key_id
    assert record["key_id"].isdigit()
    assert int(record["key_id"]) > 2**53


def test_an_update_replaces_value_and_domain(caller: Caller, universe: Universe) -> None:
    before = universe.put("PAYMENTS", b"before", "old.example.com")
    answer = caller.update("PAYMENTS", b"after", domain="new.example.com")
    assert answer.status_code == 200
    after = universe.secrets["PAYMENTS"]
    assert (after.value, after.domain) == (b"after", "new.example.com")
    assert after.create_time == before.create_time
    assert after.update_time > before.update_time
    assert answer.json()["update_time"] == after.update_time


@pytest.mark.parametrize("fields", [{}, {"domain": None}])
def test_an_update_without_a_domain_keeps_the_old_one(
    caller: Caller, universe: Universe, fields: Document
) -> None:
    universe.put("PAYMENTS", b"before", "old.example.com")
    assert caller.update("PAYMENTS", b"after", **fields).status_code == 200
    assert universe.secrets["PAYMENTS"].domain == "old.example.com"


def test_an_update_with_an_empty_domain_clears_it(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"before", "old.example.com")
    assert caller.update("PAYMENTS", b"after", domain="").status_code == 200
    assert universe.secrets["PAYMENTS"].domain == ""


def test_an_update_cannot_rename(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"before")
    assert caller.update("PAYMENTS", b"after", id="OTHER").status_code == 400
    assert caller.update("PAYMENTS", b"after", id="PAYMENTS").status_code == 200
    assert universe.values == {"PAYMENTS": b"after"}


def test_an_update_without_a_value_is_refused(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"before", "old.example.com")
    answer = caller.call("PATCH", f"{caller.path}/secrets/PAYMENTS", json={"domain": "*"})
    assert answer.status_code == 400
    assert universe.secrets["PAYMENTS"].domain == "old.example.com"


def test_updating_or_deleting_what_is_not_there_is_a_404(caller: Caller) -> None:
    assert caller.update("PAYMENTS").status_code == 404
    answer = caller.delete("PAYMENTS")
    assert answer.status_code == 404
    assert answer.json()["status"] == "404"


def test_a_deletion_is_answered_without_a_body(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"value")
    answer = caller.delete("PAYMENTS")
    assert (answer.status_code, answer.content) == (200, b"")
    assert universe.values == {}


def test_a_percent_encoded_name_is_the_same_name(caller: Caller, universe: Universe) -> None:
    universe.put("PAYMENTS", b"value")
    assert caller.delete("%50AYMENTS").status_code == 200


def test_names_differ_by_case(caller: Caller, universe: Universe) -> None:
    caller.create("payments", b"small")
    assert caller.create("PAYMENTS", b"large").status_code == 201
    assert universe.values == {"payments": b"small", "PAYMENTS": b"large"}


def test_unknown_fields_are_ignored(caller: Caller, universe: Universe) -> None:
    answer = caller.create("PAYMENTS", more="than", create_time="1999-01-01T00:00:00Z")
    assert answer.status_code == 201
    assert not universe.secrets["PAYMENTS"].create_time.startswith("1999")


def test_terse_replies_hold_only_the_id_and_the_times(caller: Caller, universe: Universe) -> None:
    universe.terse = True
    assert set(caller.create("PAYMENTS").json()) == {"id", "create_time", "update_time"}
    universe.legacy_times = True
    assert set(caller.update("PAYMENTS").json()) == {"id", "created", "updated"}
    universe.omit_times = True
    assert set(caller.update("PAYMENTS").json()) == {"id"}


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"text"', b"{", b"\xff", b"[" * 60_000, b"1" * 60_000]
)
def test_a_body_that_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = caller.call("POST", f"{caller.path}/secrets", data=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["status"] == "400"


def test_a_body_of_another_kind_is_refused(caller: Caller, universe: Universe) -> None:
    body = {"id": "PAYMENTS", **caller.sealed(b"value")}
    assert caller.call("POST", f"{caller.path}/secrets", data=body).status_code == 400
    assert universe.values == {}


def test_two_changes_never_get_the_same_time(caller: Caller, universe: Universe) -> None:
    times = [universe.put("BEHIND", b"value").update_time for _ in range(50)]
    times += [caller.update("BEHIND").json()["update_time"] for _ in range(3)]
    assert times == sorted(set(times))
