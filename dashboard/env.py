"""Typed readers for settings given by the environment, each also by a file named in NAME_FILE."""

import ipaddress
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from secretsapp.core import private_files
from secretsapp.core.errors import ExposedKey

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
SHORTEST_TOKEN = 16


class SettingError(ImproperlyConfigured):
    """A setting that cannot be used; the sentence names the setting and never shows its value."""


def text(name: str) -> str | None:
    """The value of a setting, or None where it is not given; an empty variable is not given.

    `NAME_FILE` names a file that holds the value; one line ending, LF or CRLF, is taken off.
    """
    path = file_named(name)
    if path is None:
        return _variable(name)
    return _file_text(path, f"{name}_FILE", private_files.read_open)


def secret(name: str) -> str | None:
    """As `text`, and a file that holds the value must be closed to others."""
    path = file_named(name)
    return _variable(name) if path is None else secret_file(path, f"{name}_FILE")


def file_named(name: str) -> Path | None:
    """The file that `NAME_FILE` names, or None; beside a value it is refused."""
    path = _variable(f"{name}_FILE")
    if path is not None and _variable(name) is not None:
        raise SettingError(f"{name} and {name}_FILE are both set. Remove one of them.")
    return None if path is None else Path(path)


def _variable(name: str) -> str | None:
    return os.environ.get(name) or None


def secret_file(path: Path, setting: str, *, missing: str | None = None) -> str:
    """What the file holds, without one line ending, LF or CRLF, at its end.

    An empty file is refused, and one that others could read or change. `missing` is the answer
    where there is no such file; without it that is refused too.
    """
    return _file_text(path, setting, private_files.read, missing)


def _file_text(
    path: Path, setting: str, read: Callable[[Path], str], missing: str | None = None
) -> str:
    try:
        content = read(path)
    except ExposedKey as exposed:
        raise SettingError(f"{setting}: {exposed}") from None
    except OSError as error:
        if missing is not None and isinstance(error, FileNotFoundError):
            return missing
        raise SettingError(f"{setting}: {path} can't be read: {error.strerror}.") from None
    except ValueError:
        raise SettingError(f"{setting}: {path} can't be read: it is not UTF-8 text.") from None
    if not content.strip():
        raise SettingError(f"{setting}: {path} is empty. Put the value into it.")
    return content.removesuffix("\r\n" if content.endswith("\r\n") else "\n")


def padded(**values: str | None) -> list[str]:
    """The names of values that begin or end with blanks: seldom meant, and not to be seen."""
    return [name for name, value in values.items() if value and value != value.strip()]


def flag(name: str, *, default: bool) -> bool:
    """A setting that is on or off."""
    value = text(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word in YES | NO:
        return word in YES
    raise SettingError(f"{name} must be on or off (also: true, yes, 1; false, no, 0).")


def choice(name: str, options: Sequence[str], *, default: str) -> str:
    """A setting that is one of a few words."""
    value = (text(name) or default).strip().lower()
    if value in options:
        return value
    raise SettingError(f"{name} must be one of: {', '.join(options)}.")


def whole(name: str, *, default: int, least: int, most: int) -> int:
    """A whole number between the two, both of which it can be."""
    value = text(name)
    if value is None:
        return default
    if not re.fullmatch("[0-9]{1,9}", value) or not least <= int(value) <= most:
        raise SettingError(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def port(name: str, *, default: int) -> int:
    """A port of TCP."""
    found = _as_port(text(name) or str(default))
    if found is None:
        raise SettingError(f"{name} must be a port: a number from 1 to 65535.")
    return found


def noted_port(path: Path) -> int | None:
    """The port that a file holds, or None: whatever is wrong with it, the default will do."""
    try:
        return _as_port(private_files.read_open(path))
    except (OSError, ValueError):
        return None


def _as_port(written: str) -> int | None:
    value = written.strip()
    is_port = value.isascii() and value.isdigit() and 0 < int(value[:6]) < 65536
    return int(value) if is_port else None


def token(name: str) -> str | None:
    """A secret that is one word of visible characters, too long to be guessed."""
    value = (secret(name) or "").strip()
    if value and not re.fullmatch(f"[!-~]{{{SHORTEST_TOKEN},}}", value):
        raise SettingError(
            f"{name} must be at least {SHORTEST_TOKEN} letters, digits or signs without spaces."
        )
    return value or None


def items(name: str) -> list[str]:
    """The items of a list separated by commas, without the spaces around them."""
    return [item for part in (text(name) or "").split(",") if (item := part.strip())]


def networks(name: str) -> list[Network]:
    """IP addresses and networks in CIDR notation, separated by commas."""
    return [_network(name, item) for item in items(name)]


def _network(name: str, item: str) -> Network:
    try:
        return ipaddress.ip_network(item)
    except ValueError:
        raise SettingError(
            f"{name} must be IP addresses or networks, such as 192.0.2.10, separated by commas."
        ) from None


def certificates(name: str) -> str:
    """Certificates in PEM, one after the other; empty where there are none."""
    value = text(name)
    if value is None:
        return ""
    import ssl  # noqa: PLC0415 - few installations have authorities of their own

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=value)
    except (ssl.SSLError, ValueError):
        raise SettingError(
            f"{name} must be certificates in PEM. For a path, set {name}_FILE."
        ) from None
    return value


def base_url(name: str, *, default: str) -> str:
    """An address that others are built on: scheme, host and port, without a slash at its end.

    Plain HTTP is refused unless the host is this machine's loopback, and so is a host in letters
    that no browser sends: they turn it into ASCII, and nothing here would match.
    """
    url = _url(name, text(name) or default)
    if url.username is not None or url.password is not None:
        raise SettingError(f"{name} must not have a user name or password.")
    if url.path.strip("/") or url.query or url.fragment:
        raise SettingError(f"{name} must end after the host and port.")
    if not url.netloc.isascii():
        raise SettingError(
            f"{name} must write its host in ASCII, as browsers send it: xn--bcher-kva.example for "
            "bücher.example. The browser's address bar or an IDN converter gives that form."
        )
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        raise SettingError(
            f"{name} must begin with https://. Plain HTTP is only for this machine (127.0.0.1)."
        )
    return f"{url.scheme}://{url.netloc.lower()}"


def https_url(name: str) -> str | None:
    """An address over HTTPS as it is written, with a path or without; or None."""
    value = (text(name) or "").strip()
    if not value:
        return None
    url = _url(name, value)
    if url.scheme != "https" or "@" in url.netloc or url.query or url.fragment:
        raise SettingError(f"{name} must begin with https:// and have no user name and no ? or #.")
    return value


def proxy_url(name: str) -> str | None:
    """The address of an HTTP proxy, which may hold a user name and password; or None."""
    value = secret(name)
    if value is None:
        return None
    url = _url(name, value)
    if url.path.strip("/") or url.query or url.fragment:
        raise SettingError(f"{name} must end after the host and port.")
    return f"{url.scheme}://{url.netloc}"


def _url(name: str, value: str) -> SplitResult:
    url = _split(value)
    if url is None:
        raise SettingError(f"{name} must be an address such as https://sealroom.example.com.")
    return url


def _split(value: str) -> SplitResult | None:
    try:
        url = urlsplit(value.strip())
        # A port that is no number shows itself only when it is asked for.
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        return None
    return url if usable else None


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
