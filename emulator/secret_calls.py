"""The five calls of the secrets store."""

import base64
import binascii
from typing import Any

from nacl.exceptions import CryptoError

from emulator import answers
from emulator.answers import Answer, Json, Refused
from emulator.calls import Call
from emulator.pages import BadCursor, page_of
from emulator.rules import SECRETS_PER_UNIVERSE, VALUE_LIMIT_BYTES, is_domain, is_secret_id
from emulator.universe import SecretRecord, Universe

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 500


def list_secrets(call: Call, universe: Universe) -> Answer:
    """One page of what is known of the secrets, ordered by name; never a value."""
    query = call.request.query
    limit = _limit(query.get("limit", str(DEFAULT_LIMIT)))
    secrets = universe.secrets
    try:
        page = page_of(sorted(secrets), query.get("cursor", ""), limit, universe.id)
    except BadCursor:
        raise Refused(answers.problem(400, "Invalid cursor.")) from None
    content = {
        "secrets": [_full(universe, secrets[name]) for name in page.names],
        "nextPageCursor": page.next_cursor,
        "previousPageCursor": page.previous_cursor,
    }
    return answers.of_json(200, content)


def public_key(_call: Call, universe: Universe) -> Answer:
    """The key that secrets of this universe must be sealed with."""
    pair = universe.key_pair
    content = {"id": "public-key", "secret": pair.public_key, "key_id": pair.key_id}
    return answers.of_json(200, content)


def create_secret(call: Call, universe: Universe) -> Answer:
    """A new secret with the value that was sealed."""
    body = _body(call)
    name = _name(body.get("id"))
    domain = _domain(body)
    value = _unsealed(body, universe)
    secrets = universe.secrets
    if name in secrets:
        raise Refused(answers.problem(409, "A secret with this id already exists."))
    if len(secrets) >= SECRETS_PER_UNIVERSE:
        raise Refused(answers.problem(400, "The universe holds too many secrets."))
    record = universe.put(name, value, domain or "")
    return answers.of_json(201, _reply(universe, record))


def update_secret(call: Call, universe: Universe) -> Answer:
    """A new value for a secret, and a new domain if one is given; the id cannot change."""
    name = _name(call.parts[1])
    body = _body(call)
    if body.get("id") not in (None, name):
        raise Refused(answers.problem(400, "The id of a secret cannot be changed."))
    _existing(universe, name)
    domain = _domain(body)
    record = universe.change(name, _unsealed(body, universe), domain)
    return answers.of_json(200, _reply(universe, record))


def delete_secret(call: Call, universe: Universe) -> Answer:
    """The end of a secret; the answer has no body."""
    name = _name(call.parts[1])
    _existing(universe, name)
    universe.remove(name)
    return Answer(200)


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 10:
        limit = int(text)
        if 1 <= limit <= LARGEST_LIMIT:
            return limit
    raise Refused(answers.invalid_field("limit", "The value must be between 1 and 500."))


def _body(call: Call) -> dict[str, Any]:
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = call.json_object() if media_type == "application/json" else None
    if body is None:
        raise Refused(answers.invalid_field("$", "The body is not a JSON object."))
    return body


def _name(name: object) -> str:
    """A name that Roblox accepts; as seen there, the refusal does not say which rule broke."""
    if not isinstance(name, str) or not is_secret_id(name):
        raise Refused(answers.problem(400))
    return name


def _existing(universe: Universe, name: str) -> None:
    if name not in universe.secrets:
        raise Refused(answers.problem(404, "The secret does not exist."))


def _domain(body: Json) -> str | None:
    domain = body.get("domain")
    if domain is None:
        return None
    if not isinstance(domain, str) or not is_domain(domain):
        raise Refused(answers.problem(400, "The domain is not valid."))
    return domain


def _unsealed(body: Json, universe: Universe) -> bytes:
    """The value in the sealed box, which must be for the key pair of now and not hold too much."""
    pair = universe.key_pair
    if body.get("key_id") != pair.key_id:
        raise Refused(answers.problem(400, "The key_id is not valid."))
    try:
        value = pair.unseal(_box(body.get("secret")))
    except CryptoError:
        raise Refused(answers.problem(400, "The secret cannot be decrypted.")) from None
    if len(value) > VALUE_LIMIT_BYTES:
        raise Refused(answers.problem(400, "The secret is too long."))
    return value


def _box(secret: object) -> bytes:
    try:
        if isinstance(secret, str):
            return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        pass
    raise Refused(answers.invalid_field("secret", "The value is not base64."))


def _reply(universe: Universe, record: SecretRecord) -> dict[str, str]:
    if universe.terse:
        return {"id": record.name, **_times(universe, record)}
    return _full(universe, record)


def _full(universe: Universe, record: SecretRecord) -> dict[str, str]:
    return {
        "id": record.name,
        "key_id": record.key_id,
        "domain": record.domain,
        **_times(universe, record),
    }


def _times(universe: Universe, record: SecretRecord) -> dict[str, str]:
    if universe.omit_times:
        return {}
    if universe.legacy_times:
        return {"created": record.create_time, "updated": record.update_time}
    return {"create_time": record.create_time, "update_time": record.update_time}
