"""Settings from the environment: read as what they are, or refused in a sentence."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import env

MARKER = "marker-value-nobody-may-see"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that holds a value and a newline."""
    path = tmp_path / "value"
    path.write_text("from a file\n")
    return path


def refusal(read: Callable[[], object]) -> str:
    """The sentence with which a setting is refused."""
    with pytest.raises(env.SettingError) as caught:
        read()
    return str(caught.value)


def test_value_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", " as it is ")
    assert env.text("WORD") == " as it is "


@pytest.mark.parametrize("value", [None, ""])
def test_missing_and_empty_are_not_given(
    value: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WORD", raising=False)
    if value is not None:
        monkeypatch.setenv("WORD", value)
    assert env.text("WORD") is None
    assert env.items("WORD") == []
    assert env.flag("WORD", default=True) is True


@pytest.mark.parametrize("value", ["too short", "x" * 15, "with a space in it", "ä" * 16])
def test_token_that_could_be_guessed_or_sent_wrongly_is_refused(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", value)
    sentence = refusal(lambda: env.token("WORD"))
    assert sentence == "WORD must be at least 16 letters, digits or signs without spaces."


def test_token_is_read_without_what_stands_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.token("WORD") is None
    monkeypatch.setenv("WORD", f" {'x' * 16}\n")
    assert env.token("WORD") == "x" * 16


def test_value_comes_from_a_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "")
    monkeypatch.setenv("WORD_FILE", str(file))
    assert env.text("WORD") == "from a file"


@pytest.mark.parametrize(
    ("content", "value"),
    [
        ("a", "a"),
        ("a\n", "a"),
        ("a\n\n", "a\n"),
        ("a\r\n", "a"),
        ("a\r\n\r\n", "a\r\n"),
        ("a\r", "a\r"),
        ("a\n\r", "a\n\r"),
        (" a\nb\n", " a\nb"),
    ],
)
@pytest.mark.parametrize("read", [env.text, env.secret])
def test_one_line_ending_of_a_file_is_taken_off_and_nothing_else(
    read: Callable[[str], str | None],
    content: str,
    value: str,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file.write_bytes(content.encode())
    file.chmod(0o600)
    monkeypatch.setenv("WORD_FILE", str(file))
    assert read("WORD") == value


def test_value_and_file_together_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", MARKER)
    monkeypatch.setenv("WORD_FILE", str(file))
    sentence = refusal(lambda: env.text("WORD"))
    assert sentence == "WORD and WORD_FILE are both set. Remove one of them."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "can't be read: No such file or directory"),
        (b"", "is empty"),
        (b" \n", "is empty"),
        (MARKER.encode() + b"\xff", "not UTF-8"),
    ],
)
def test_unusable_file_is_refused_by_setting_and_path(
    content: bytes | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "value"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("WORD_FILE", str(path))
    sentence = refusal(lambda: env.text("WORD"))
    assert sentence.startswith(f"WORD_FILE: {path} ")
    assert reason in sentence
    assert MARKER not in sentence


@pytest.mark.parametrize("read", [env.text, env.secret])
@pytest.mark.parametrize("path", [Path("/dev/zero"), Path("/"), Path("pipe")])
def test_what_is_no_ordinary_file_is_refused_at_once(
    read: Callable[[str], str | None], path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("WORD_FILE", str(tmp_path / path))
    assert refusal(lambda: read("WORD")) == (
        f"WORD_FILE: {tmp_path / path} can't be read: It is not an ordinary file."
    )


def test_a_file_too_large_for_a_setting_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(b"x" * (64 * 1024 + 1))
    monkeypatch.setenv("WORD_FILE", str(file))
    assert refusal(lambda: env.text("WORD")) == (
        f"WORD_FILE: {file} can't be read: It has more than 65,536 bytes."
    )


def test_missing_file_may_have_an_answer_but_an_unusable_one_has_none(tmp_path: Path) -> None:
    assert env.secret_file(tmp_path / "none", "WORD", missing="answer") == "answer"
    assert "not an ordinary file" in refusal(
        lambda: env.secret_file(tmp_path, "WORD", missing="answer")
    )


def test_secret_comes_only_from_a_file_that_is_closed_to_others(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD_FILE", str(file))
    file.chmod(0o644)
    assert env.text("WORD") == "from a file"
    assert refusal(lambda: env.secret("WORD")) == (
        f"WORD_FILE: {file} can be read by everyone on this machine. Run: chmod 600 {file}"
    )
    file.chmod(0o600)
    assert env.secret("WORD") == "from a file"
    assert env.file_named("WORD") == file


@pytest.mark.parametrize(
    ("value", "is_on"),
    [("1", True), ("true", True), (" Yes ", True), ("ON", True), ("0", False), ("no", False)],
)
def test_flag_is_on_or_off(value: str, is_on: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", value)
    assert env.flag("WORD", default=not is_on) is is_on


def test_items_stand_apart_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", " a.example.com, ,b.example.com,")
    assert env.items("WORD") == ["a.example.com", "b.example.com"]


def test_networks_are_addresses_or_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "127.0.0.1, 10.0.0.0/8,fd00::/8")
    assert [str(network) for network in env.networks("WORD")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "fd00::/8",
    ]


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://Sealroom.example.com/", "https://sealroom.example.com"),
        ("https://sealroom.example.com:8443", "https://sealroom.example.com:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://XN--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_base_url_is_https_or_this_machine(
    value: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", value)
    assert env.base_url("WORD", default="https://example.com") == address


def test_base_url_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORD", raising=False)
    assert env.base_url("WORD", default="https://example.com") == "https://example.com"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (f"http://{MARKER}.example.com", "must begin with https://"),
        ("http://10.0.0.1:8000", "must begin with https://"),
        ("http://127.0.0.1.example.com", "must begin with https://"),
        ("http://localhost.example.com", "must begin with https://"),
        ("http://0.0.0.0:8000", "must begin with https://"),
        (f"https://me:{MARKER}@example.com", "user name or password"),
        ("http://127.0.0.1@example.com", "user name or password"),
        (f"https://example.com/{MARKER}", "must end after the host and port"),
        (f"https://example.com?{MARKER}", "must end after the host and port"),
        (f"https://example.com#{MARKER}", "must end after the host and port"),
        (f"https://bücher-{MARKER}.example", "must write its host in ASCII"),
        ("https://sealroom.例え.テスト:8443", "must write its host in ASCII"),
        ("http://ⓛocalhost", "must write its host in ASCII"),
        (MARKER, "must be an address"),
        ("ftp://example.com", "must be an address"),
        ("https://", "must be an address"),
        ("https://example.com:99999", "must be an address"),
        ("https://example.com:0", "must be an address"),
        ("https://example.com:port", "must be an address"),
        ("https://[::1", "must be an address"),
    ],
)
def test_other_base_urls_are_refused_without_being_shown(
    value: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", value)
    sentence = refusal(lambda: env.base_url("WORD", default="https://example.com"))
    assert sentence.startswith("WORD ")
    assert reason in sentence
    assert MARKER not in sentence


def test_proxy_may_have_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORD", "http://me:pass@proxy.example.com:3128/")
    assert env.proxy_url("WORD") == "http://me:pass@proxy.example.com:3128"


def test_no_proxy_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORD", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    assert env.proxy_url("WORD") is None


@pytest.mark.parametrize(
    "read",
    [
        lambda: env.flag("WORD", default=True),
        lambda: env.networks("WORD"),
        lambda: env.proxy_url("WORD"),
    ],
)
def test_nonsense_is_refused_without_being_shown(
    read: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", f"http://proxy.example.com/{MARKER}")
    sentence = refusal(read)
    assert sentence.startswith("WORD ")
    assert MARKER not in sentence


def test_port_is_a_number_of_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.port("MAIL_PORT", default=587) == 587
    monkeypatch.setenv("MAIL_PORT", " 465 ")
    assert env.port("MAIL_PORT", default=587) == 465


@pytest.mark.parametrize("value", ["0", "65536", "1" * 5000, "-1", "smtp", "٢٥"])
def test_other_ports_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PORT", value)
    with pytest.raises(env.SettingError, match=r"^MAIL_PORT must be a port"):
        env.port("MAIL_PORT", default=587)


def test_choice_is_one_of_a_few_words(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.choice("LOG_FORMAT", ("line", "json"), default="line") == "line"
    monkeypatch.setenv("LOG_FORMAT", " JSON ")
    assert env.choice("LOG_FORMAT", ("line", "json"), default="line") == "json"
    monkeypatch.setenv("LOG_FORMAT", MARKER)
    with pytest.raises(env.SettingError, match=r"^LOG_FORMAT must be one of: line, json") as raised:
        env.choice("LOG_FORMAT", ("line", "json"), default="line")
    assert MARKER not in str(raised.value)
