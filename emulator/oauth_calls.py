"""The calls of OAuth 2.0: discovery, consent, tokens, and what they stand for (documented)."""

import base64
import binascii
import hmac
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from emulator import answers
from emulator.answers import Answer, Refused
from emulator.calls import Call
from emulator.oauth import ACCESS_FOR, App, Authorization

PATH = "/oauth"
S256 = "S256"


def discovery(call: Call) -> Answer:
    """What the provider is, and where it is asked."""
    base = f"http://{call.request.headers.get('host', '')}{PATH}"
    return answers.of_json(
        200,
        {
            "issuer": f"{base}/",
            "authorization_endpoint": f"{base}/v1/authorize",
            "token_endpoint": f"{base}/v1/token",
            "introspection_endpoint": f"{base}/v1/token/introspect",
            "revocation_endpoint": f"{base}/v1/token/revoke",
            "resources_endpoint": f"{base}/v1/token/resources",
            "userinfo_endpoint": f"{base}/v1/userinfo",
            "jwks_uri": f"{base}/v1/certs",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": [S256],
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "client_secret_basic",
            ],
        },
    )


def authorize(call: Call) -> Answer:
    """Send the person back at once, with a code or a refusal; who they are a test has said."""
    asked = call.request.query
    app = call.state.oauth.apps.get(asked.get("client_id", ""))
    if app is None or asked.get("redirect_uri") != app.redirect_uri:
        return _error(400, "invalid_request")
    return _back(call, app, _said(call, app, asked))


def _said(call: Call, app: App, asked: dict[str, str]) -> dict[str, str]:
    """What the person is sent back with, beside the state."""
    oauth, scopes = call.state.oauth, frozenset(asked.get("scope", "").split())
    challenge = asked.get("code_challenge", "")
    if asked.get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    if asked.get("code_challenge_method") != S256 or not challenge:
        return {"error": "invalid_request"}
    if not scopes or not scopes <= app.scopes:
        return {"error": "invalid_scope"}
    if oauth.consent is None or oauth.consent.refuses:
        return {"error": "access_denied"}
    return {"code": oauth.new_code(app, oauth.consent, scopes, challenge)}


def _back(call: Call, app: App, said: dict[str, str]) -> Answer:
    told = {**said, "state": call.request.query.get("state", "")}
    if call.state.oauth.names_issuer:
        told["iss"] = f"http://{call.request.headers.get('host', '')}{PATH}/"
    return Answer(302, headers={"location": f"{app.redirect_uri}?{urlencode(told)}"})


def token(call: Call) -> Answer:
    """Tokens for a code or for a refresh token, each of which counts once."""
    form, oauth = _form(call), call.state.oauth
    app = _client(call, form)
    if form.get("grant_type") == "authorization_code":
        granted = oauth.redeemed(app, form.get("code", ""), form.get("code_verifier", ""))
    elif form.get("grant_type") == "refresh_token":
        granted = oauth.refreshed(app, form.get("refresh_token", ""))
    else:
        return _error(400, "unsupported_grant_type")
    return _error(400, "invalid_grant") if granted is None else _tokens(call, granted)


def _tokens(call: Call, granted: Authorization) -> Answer:
    access, refresh = call.state.oauth.issue(granted)
    content = {
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "Bearer",
        "expires_in": int(ACCESS_FOR.total_seconds()),
        "scope": " ".join(sorted(granted.scopes)),
    }
    return answers.of_json(200, content)


def introspect(call: Call) -> Answer:
    """What a token is; of one that a person took back it may still say that it is active (seen)."""
    form, oauth = _form(call), call.state.oauth
    app = _client(call, form)
    known = {**oauth.refresh_tokens, **oauth.access_tokens}.get(form.get("token", ""))
    if known is None or known.used or known.ends <= call.state.clock.now():
        return answers.of_json(200, {"active": False})
    granted = known.authorization
    content = {
        "active": True,
        "jti": f"AT.{granted.number}",
        "iss": f"http://{call.request.headers.get('host', '')}{PATH}/",
        "token_type": "Bearer",
        "client_id": app.client_id,
        "aud": "00000000-0000-0000-0000-000000000000",
        "sub": str(granted.person_id),
        "scope": " ".join(sorted(granted.scopes)),
        "exp": int(known.ends.timestamp()),
        "iat": int(known.issued.timestamp()),
    }
    return answers.of_json(200, content)


def resources(call: Call) -> Answer:
    """The universes that a token is for, by their owners."""
    form, state = _form(call), call.state
    _client(call, form)
    granted = state.oauth.bearer(form.get("token", ""))
    if granted is None:
        return _error(400, "invalid_token")
    owned: dict[tuple[str, str], list[str]] = {}
    for universe_id in sorted(granted.universes & state.universes.keys()):
        profile = state.universes[universe_id].profile
        kind = "User" if profile.user_id is not None else "Group"
        owner_id = profile.user_id if profile.user_id is not None else profile.group_id
        owned.setdefault((str(owner_id), kind), []).append(str(universe_id))
    infos = [_owned(owner, ids) for owner, ids in owned.items()]
    return answers.of_json(200, {"resource_infos": infos})


def _owned(owner: tuple[str, str], universe_ids: list[str]) -> dict[str, Any]:
    return {
        "owner": {"id": owner[0], "type": owner[1]},
        "resources": {"universe": {"ids": universe_ids}},
    }


def revoke(call: Call) -> Answer:
    """End what a refresh token stands for; the answer has no body, also for an unknown one."""
    form, oauth = _form(call), call.state.oauth
    _client(call, form)
    found = oauth.refresh_tokens.get(form.get("token", ""))
    if found is not None:
        found.authorization.revoked = True
    return Answer(200)


def _form(call: Call) -> dict[str, str]:
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Refused(_error(400, "invalid_request"))
    return dict(parse_qsl(call.request.body.decode("latin-1"), keep_blank_values=True))


def _client(call: Call, form: dict[str, str]) -> App:
    """The app that asks, by its secret: in the body, or by Basic (documented)."""
    client_id, secret = _basic(call) or (form.get("client_id", ""), form.get("client_secret", ""))
    app = call.state.oauth.apps.get(client_id)
    if app is None or not hmac.compare_digest(app.client_secret.encode(), secret.encode()):
        raise Refused(_error(401, "invalid_client"))
    return app


def _basic(call: Call) -> tuple[str, str] | None:
    scheme, _, given = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        pair = base64.b64decode(given, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    client_id, _, secret = pair.partition(":")
    return unquote(client_id), unquote(secret)


def _error(status: int, code: str) -> Answer:
    """An error of OAuth (RFC 6749, 5.2)."""
    return answers.of_json(status, {"error": code, "error_description": "The request is refused."})
