"""Settings as a whole: production unless the environment says otherwise."""

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from dashboard.env import SettingError
from tests.environment import SETTINGS
from tests.opencloud.certificates import write_certificate
from tests.repository.files import ROOT

HTTPS = "https://sealroom.example.com"


@pytest.fixture(autouse=True)
def nothing_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment without settings, but for an empty data directory."""
    for name in (*SETTINGS, "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def read() -> dict[str, Any]:
    """The settings as a process that starts now would have them."""
    sys.modules.pop("dashboard.roblox_settings", None)
    return runpy.run_path(str(ROOT / "dashboard" / "settings.py"))


def test_nothing_given_is_production_on_this_machine(tmp_path: Path) -> None:
    settings = read()
    assert settings["DEBUG"] is False
    assert settings["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["OPEN_CLOUD_URL"] == "https://apis.roblox.com"
    assert settings["OPEN_CLOUD_PROXY"] is None
    assert settings["DATABASES"]["default"]["NAME"] == str(tmp_path / "sealroom.sqlite3")
    assert settings["SECRET_KEY"] == ""
    assert settings["MASTER_KEYS"] is None
    assert settings["AUDIT_KEYS"] is None


@pytest.mark.parametrize(
    ("noted", "address"),
    [
        (b"8101\n", "http://127.0.0.1:8101"),
        (b"0", "http://127.0.0.1:8000"),
        (b"80@evil.example", "http://127.0.0.1:8000"),
        (b"evil.example:80", "http://127.0.0.1:8000"),
        (b"\xff", "http://127.0.0.1:8000"),
        (b"", "http://127.0.0.1:8000"),
    ],
)
def test_a_noted_port_leads_links_and_lets_no_other_host_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noted: bytes, address: str
) -> None:
    (tmp_path / "port").write_bytes(noted)
    settings = read()
    assert settings["SITE_URL"] == address
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["SITE_URL_IS_SET"] is False
    monkeypatch.setenv("SITE_URL", HTTPS)
    settings = read()
    assert (settings["SITE_URL"], settings["SITE_URL_SOURCE"]) == (HTTPS, "SITE_URL")
    assert settings["ALLOWED_HOSTS"] == ["sealroom.example.com"]


def test_data_directory_is_in_the_checkout_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATA_DIR")
    assert read()["DATA_DIR"] == ROOT / "var"


def test_generated_secret_key_is_used_where_the_environment_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret_key").write_text("generated\n")
    (tmp_path / "keys" / "secret_key").chmod(0o600)
    assert read()["SECRET_KEY"] == "generated"
    monkeypatch.setenv("SECRET_KEY", "given")
    assert read()["SECRET_KEY"] == "given"


def test_unusable_secret_key_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "keys" / "secret_key").mkdir(parents=True)
    with pytest.raises(
        SettingError, match=r"^SECRET_KEY: .* can't be read: It is not an ordinary file\.$"
    ):
        read()


@pytest.mark.parametrize(
    "name",
    [
        "AUDIT_KEYS",
        "CHECKPOINT_KEYS",
        "CHECKPOINT_TOKEN",
        "DATABASE_PASSWORD",
        "DATABASE_URL",
        "MAIL_PASSWORD",
        "MASTER_KEYS",
        "METRICS_TOKEN",
        "OPEN_CLOUD_PROXY",
        "ROBLOX_APP_SECRET",
        "SECRET_KEY",
    ],
)
def test_a_secret_in_a_file_that_others_can_read_stops_the_start(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "exposed"
    path.write_text("https://words.example.com")
    path.chmod(0o604)
    monkeypatch.setenv(f"{name}_FILE", str(path))
    with pytest.raises(SettingError, match=f"^{name}_FILE: {path} can be read by everyone"):
        read()


def test_https_turns_every_protection_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", HTTPS)
    settings = read()
    assert settings["ALLOWED_HOSTS"] == ["sealroom.example.com"]
    assert settings["CSRF_TRUSTED_ORIGINS"] == [HTTPS]
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert settings["CSRF_COOKIE_NAME"] == "__Host-csrftoken"


def test_plain_http_is_for_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read()["SECURE_SSL_REDIRECT"] is False
    monkeypatch.setenv("SITE_URL", "http://sealroom.example.com")
    with pytest.raises(SettingError, match="SITE_URL must begin with https://"):
        read()


def test_plain_http_to_another_roblox_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPEN_CLOUD_URL", "http://apis.example.com")
    with pytest.raises(SettingError, match="OPEN_CLOUD_URL must begin with https://"):
        read()


def test_an_app_at_roblox_is_asked_where_its_api_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read()["OAUTH_URL"] == "https://apis.roblox.com/oauth"
    monkeypatch.setenv("OPEN_CLOUD_URL", "http://127.0.0.1:8901")
    assert read()["OAUTH_URL"] == "http://127.0.0.1:8901/oauth"
    monkeypatch.setenv("OAUTH_URL", "https://elsewhere.example.com/oauth")
    assert read()["OAUTH_URL"] == "https://elsewhere.example.com/oauth"


@pytest.mark.parametrize("given", ["ROBLOX_APP_ID", "ROBLOX_APP_SECRET"])
def test_half_of_an_app_stops_the_start(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(given, "1234567890")
    with pytest.raises(SettingError, match="belong together") as caught:
        read()
    assert "1234567890" not in str(caught.value)


def test_host_names_may_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", HTTPS)
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example.com,b.example.com")
    assert read()["ALLOWED_HOSTS"] == ["a.example.com", "b.example.com"]


def test_forwarded_scheme_is_believed_only_behind_a_trusted_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read()["SECURE_PROXY_SSL_HEADER"] is None
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8")
    settings = read()
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert [str(network) for network in settings["TRUSTED_PROXIES"]] == ["10.0.0.0/8"]


def test_policy_has_no_unsafe_source() -> None:
    directives = read()["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    sources = {source for allowed in directives.values() for source in allowed}
    assert sources == {"'none'", "'self'", "data:"}
    assert directives["default-src"] == ["'none'"]
    assert [name for name, allowed in directives.items() if "data:" in allowed] == ["img-src"]


@pytest.mark.parametrize("debug", ["on", "off"])
def test_statements_are_never_logged_and_reports_never_mailed(
    debug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEBUG", debug)
    loggers = read()["LOGGING"]["loggers"]
    assert loggers["django.db.backends"]["level"] == "INFO"
    assert loggers["django"]["handlers"] == []


def test_no_mail_is_sent_unless_a_server_for_it_is_given() -> None:
    settings = read()
    assert settings["EMAIL_BACKEND"].endswith(".dummy.EmailBackend")
    assert settings["DEFAULT_FROM_EMAIL"] == "sealroom@127.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "at_once", "after_asking"),
    [
        ("smtp.example.com", None, False, True),
        ("smtp.example.com", "465", True, False),
        ("127.0.0.1", "2525", False, False),
    ],
)
def test_mail_is_encrypted_on_its_way(
    host: str,
    port: str | None,
    at_once: bool,
    after_asking: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAIL_HOST", host)
    if port:
        monkeypatch.setenv("MAIL_PORT", port)
    settings = read()
    assert settings["EMAIL_BACKEND"].endswith(".smtp.EmailBackend")
    assert (settings["EMAIL_USE_SSL"], settings["EMAIL_USE_TLS"]) == (at_once, after_asking)


def test_mail_comes_from_the_site_or_from_whom_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SITE_URL", HTTPS)
    assert read()["DEFAULT_FROM_EMAIL"] == "sealroom@sealroom.example.com"
    monkeypatch.setenv("MAIL_FROM", "keys@example.com")
    assert read()["DEFAULT_FROM_EMAIL"] == "keys@example.com"


def test_blanks_around_a_password_are_kept_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "blank ")
    path = tmp_path / "database_password"
    path.write_bytes(b"plain\r\n")
    path.chmod(0o600)
    monkeypatch.setenv("DATABASE_PASSWORD_FILE", str(path))
    monkeypatch.setenv("DATABASE_URL", "postgres://sealroom@db/sealroom")
    settings = read()
    assert settings["EMAIL_HOST_PASSWORD"] == "blank "
    assert settings["DATABASES"]["default"]["PASSWORD"] == "plain"
    assert settings["PADDED_SETTINGS"] == ["MAIL_PASSWORD"]


def test_networks_and_authorities_of_ones_own_are_read_and_nonsense_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (read()["CHANNEL_NETWORKS"], read()["CHANNEL_AUTHORITIES"]) == ([], "")
    certificate = write_certificate(tmp_path / "authority.pem").read_text()
    (tmp_path / "authority.pem").write_text(certificate[certificate.index("-----BEGIN CERT") :])
    monkeypatch.setenv("CHANNEL_NETWORKS", "10.20.0.0/16, fd00::/8")
    monkeypatch.setenv("CHANNEL_AUTHORITIES_FILE", str(tmp_path / "authority.pem"))
    settings = read()
    assert [str(network) for network in settings["CHANNEL_NETWORKS"]] == [
        "10.20.0.0/16",
        "fd00::/8",
    ]
    assert "BEGIN CERTIFICATE" in settings["CHANNEL_AUTHORITIES"]
    for wrong in ("marker", "-----BEGIN CERTIFICATE-----\nmarker\n-----END CERTIFICATE-----"):
        (tmp_path / "authority.pem").write_text(wrong)
        with pytest.raises(SettingError, match="CHANNEL_AUTHORITIES must be") as refused:
            read()
        assert "marker" not in str(refused.value)
