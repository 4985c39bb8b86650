"""Whatever bytes come back, the client answers with its own errors and nothing else."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator import Emulator, Universe, faults
from secretsapp.opencloud.answers import Answer, OpenCloudError, Refused, Unknown, Unusable
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.types import (
    read_introspection,
    read_receipt,
    read_secret,
    read_universe,
)
from tests.opencloud.calls import READS, UNIVERSE_ID, WRITES, Call

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "id",
        "domain",
        "key_id",
        "create_time",
        "created",
        "update_time",
        "displayName",
        "group",
        "user",
        "name",
        "enabled",
        "expired",
        "expirationTimeUtc",
        "scopes",
        "operations",
        "secrets",
        "nextPageCursor",
        "code",
        "error",
        "errors",
        "secret",
        "universeId",
    ]
)
scopes = st.lists(st.dictionaries(st.sampled_from(["name", "operations"]), json_values), max_size=2)
records = st.dictionaries(fields, json_values | scopes, max_size=6)
statuses = st.integers(100, 999) | st.sampled_from([200, 201, 204, 400, 401, 403, 404, 409, 429])
bodies = st.binary(max_size=60) | json_values.map(json.dumps).map(str.encode)


@given(statuses, st.text(max_size=12), bodies)
@settings(max_examples=200)
def test_any_answer_to_a_read_is_used_refused_or_unusable(
    status: int, retry_after: str, body: bytes
) -> None:
    failure = failure_of_reading(Answer(status, retry_after, body))
    assert failure is None or isinstance(failure, Refused | Unusable)
    assert isinstance(failure, Refused) == (400 <= status < 500 and status != 408)
    assert failure is not None or status == 200


def failure_of_reading(answer: Answer) -> OpenCloudError | None:
    """How the answer fails as one to a read."""
    try:
        answer.as_read()
    except OpenCloudError as failure:
        return failure
    return None


@given(statuses, st.text(max_size=12), bodies)
@settings(max_examples=200)
def test_any_answer_to_a_write_is_used_refused_or_unknown(
    status: int, retry_after: str, body: bytes
) -> None:
    failure = failure_of_writing(Answer(status, retry_after, body))
    assert failure is None or isinstance(failure, Refused | Unknown)
    assert isinstance(failure, Refused) == (400 <= status < 500 and status != 408)
    assert failure is not None or status in (200, 201, 204)


def failure_of_writing(answer: Answer) -> OpenCloudError | None:
    """How the answer fails as one to a write."""
    try:
        read_receipt(answer.as_write())
    except OpenCloudError as failure:
        return failure
    return None


@given(json_values | records)
@settings(max_examples=100)
def test_any_item_of_the_list_is_a_secret_or_unusable(item: object) -> None:
    try:
        secret = read_secret(item)
    except Unusable:
        return
    assert 1 <= len(secret.name) <= 64
    texts = [secret.name, secret.domain, secret.key_id, secret.create_time, secret.update_time]
    assert all(text.isprintable() and len(text) <= 253 for text in texts)


@given(records)
@settings(max_examples=100)
def test_any_record_is_read_as_text_that_can_be_shown(record: dict[str, Any]) -> None:
    universe, found = read_universe(UNIVERSE_ID, record), read_introspection(record)
    receipt = read_receipt(record)
    texts = [universe.name, universe.owner, found.name, found.ends]
    texts += [scope.name for scope in found.scopes]
    texts += [receipt.domain or "", receipt.create_time, receipt.update_time]
    assert all(text.isprintable() for text in texts)


# A status that has no body would leave the body behind on the wire.
wire_statuses = st.sampled_from([200, 201, 202, 299, 301, 400, 404, 408, 429, 500, 599])


@given(st.sampled_from([*WRITES, *READS]), wire_statuses, bodies)
@settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_answer_on_the_wire_ends_in_a_result_or_an_error_of_ours(
    client: Client, emulator: Emulator, universe: Universe, name: str, status: int, body: bytes
) -> None:
    emulator.clear_faults()
    emulator.clear_requests()
    emulator.inject(faults.status(status, body), times=100)
    failure = failure_of_call({**WRITES, **READS}[name], client, universe)
    assert (failure is None) <= (status in (200, 201))
    assert len(emulator.requests) == (3 if name in READS and status in (429, 500) else 1)


def failure_of_call(call: Call, client: Client, universe: Universe) -> OpenCloudError | None:
    """How the call fails, if it does."""
    try:
        call(client, universe)
    except OpenCloudError as failure:
        return failure
    return None
