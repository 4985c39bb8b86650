"""Providers of single sign-on in the environment: whole, or refused in words."""

from pathlib import Path

import pytest

from dashboard import env, sign_on
from dashboard.env import SettingError
from secretsapp.core.providers import Provider

ACME = {
    "SSO_ACME_ISSUER": "https://id.example.com/realms/acme",
    "SSO_ACME_CLIENT_ID": "sealroom",
    "SSO_ACME_CLIENT_SECRET": "no secret: of tests",
}


def read(patch: pytest.MonkeyPatch, ids: str = "acme", **changed: str) -> tuple[Provider, ...]:
    """The providers of that environment; what is changed to nothing is not set."""
    for name, value in (ACME | changed).items():
        patch.setenv(name, value)
    patch.setenv("SSO_PROVIDERS", ids)
    return sign_on.providers(env.items("SSO_PROVIDERS"))


def test_a_provider_is_described_by_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    domains = " Example.com, example.org"
    (found,) = read(monkeypatch, SSO_ACME_NAME="Acme Inc.", SSO_ACME_TRUSTED_DOMAINS=domains)
    assert found == Provider(
        id="acme",
        name="Acme Inc.",
        issuer="https://id.example.com/realms/acme",
        client_id="sealroom",
        client_secret="no secret: of tests",
        trusted_domains=frozenset({"example.com", "example.org"}),
    )
    assert "of tests" not in repr(found)
    assert read(monkeypatch, SSO_ACME_NAME="")[0].name == "Acme"


def test_there_are_none_unless_they_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, ids="") == ()


def test_a_secret_comes_from_a_file_that_is_closed_to_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "secret"
    kept.write_text("from a file\n")
    kept.chmod(0o600)
    given = {"SSO_ACME_CLIENT_SECRET": "", "SSO_ACME_CLIENT_SECRET_FILE": str(kept)}
    assert read(monkeypatch, **given)[0].client_secret == "from a file"
    kept.chmod(0o644)
    with pytest.raises(SettingError, match="SSO_ACME_CLIENT_SECRET_FILE"):
        read(monkeypatch, **given)


def test_roblox_needs_its_client_alone_and_is_asked_for_no_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = {"SSO_ROBLOX_CLIENT_ID": "1", "SSO_ROBLOX_CLIENT_SECRET": "no secret: of tests"}
    roblox, _acme = read(monkeypatch, ids="roblox, acme", **client)
    assert (roblox.name, roblox.issuer) == ("Roblox", "https://apis.roblox.com/oauth/")
    assert roblox.scopes == ("openid", "profile")


@pytest.mark.parametrize("missing", ACME)
def test_half_of_a_provider_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    with pytest.raises(SettingError, match=f"without {missing}"):
        read(monkeypatch, **{missing: ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SSO_ACME_ISSUER", "http://id.example.com"),
        ("SSO_ACME_ISSUER", "http://127.0.0.1:8000"),
        ("SSO_ACME_ISSUER", "https://user:marker@id.example.com"),
        ("SSO_ACME_ISSUER", "https://id.example.com/?marker"),
        ("SSO_ACME_ISSUER", "id.example.com"),
        ("SSO_ACME_TRUSTED_DOMAINS", "*.example.com"),
        ("SSO_ACME_TRUSTED_DOMAINS", "marker@example.com"),
        ("SSO_ACME_TRUSTED_DOMAINS", "com"),
        ("SSO_ACME_NAME", "x" * 41),
        ("SSO_ACME_NAME", "x\ny"),
    ],
)
def test_what_can_not_be_is_refused_by_name_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with pytest.raises(SettingError) as refusal:
        read(monkeypatch, **{name: value})
    assert name in str(refusal.value)
    assert "marker" not in str(refusal.value)


@pytest.mark.parametrize("ids", ["Acme", "../x", "1acme", "a-b", "acme/"])
def test_an_id_that_could_be_no_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, ids: str
) -> None:
    with pytest.raises(SettingError, match="SSO_PROVIDERS must be ids"):
        read(monkeypatch, ids=ids)


def test_the_same_one_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match="the same id"):
        read(monkeypatch, ids="acme,acme")
    other = {name.replace("ACME", "OTHER"): value for name, value in ACME.items()}
    other["SSO_OTHER_ISSUER"] += "/"
    with pytest.raises(SettingError, match="the same issuer"):
        read(monkeypatch, ids="acme,other", **other)


def test_passwords_are_turned_off_only_where_someone_else_signs_people_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = read(monkeypatch)
    assert sign_on.password_sign_in(is_on=False, found=found) is False
    assert sign_on.password_sign_in(is_on=True, found=()) is True
    with pytest.raises(SettingError, match="PASSWORD_SIGN_IN is off"):
        sign_on.password_sign_in(is_on=False, found=())
