"""Only addresses of the internet are spoken to, however they are written."""

from ipaddress import ip_network

import pytest

from secretsapp.core.errors import InvalidInput
from secretsapp.outgoing.addresses import is_allowed, resolve
from secretsapp.outgoing.targets import read_place, read_url


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


NOT_OF_THE_INTERNET = words("""
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.255.0.1 168.63.129.16 169.254.169.254
172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
:: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe 64:ff9b::10.0.0.1
64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:7f00:1:: 2001:db8::1
2002:7f00:1:: 2002:a00:1:: 2002:808:808:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0
fec0::1 ff02::1 ff0e::1 nonsense 127.1 2130706433
""")
OF_THE_INTERNET = words("""
1.1.1.1 8.8.8.8 172.32.0.1 192.0.1.1 198.20.0.1 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2606:4700::1111
2a00:1450:4001::1
""")


def test_special_addresses_are_refused_unless_their_network_is_allowed() -> None:
    assert [each for each in NOT_OF_THE_INTERNET if is_allowed(each)] == []
    assert [each for each in OF_THE_INTERNET if not is_allowed(each)] == []
    networks = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]
    allowed = [each for each in NOT_OF_THE_INTERNET if is_allowed(each, networks)]
    assert allowed == ["10.1.2.3", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "fd00:ec2::254"]


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "017700000001", "localhost"])
def test_other_ways_to_write_an_address_are_read_as_the_machine_reads_them(host: str) -> None:
    assert not any(map(is_allowed, resolve(host, 443)))


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("https://Hooks.Example.com", "https://hooks.example.com/"),
        (" https://hooks.example.com:443/A?b=c%20d#f ", "https://hooks.example.com/A?b=c%20d"),
        ("https://bücher.example.:8443/ü", "https://xn--bcher-kva.example:8443/%C3%BC"),
        ("https://[2606:4700:0::1111]:444/x", "https://[2606:4700::1111]:444/x"),
        ("https://1.1.1.1?x=1", "https://1.1.1.1/?x=1"),
    ],
)
def test_an_address_has_one_form(written: str, url: str) -> None:
    assert read_url(written).url == url
    assert read_url(url).url == url


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hooks.example.com",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:///path",
        "https://marker@hooks.example.com/",
        "https://user:marker@hooks.example.com/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:65536/",
        "https://hooks.example.com:marker/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: marker",
        "https://hooks\\.example.com/",
        "https://hooks_%2f.example.com/",
        "https://-hooks.example.com/",
        "https://[::1/",
        "https://[v1.marker]/",
        "https://[2606:4700::1111%marker]/",
        "https://" + "a" * 300 + ".example/",
        "https://hooks.example.com/" + "marker" * 400,
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_url(written, field="where")
    assert refused.value.field == "where"
    assert "marker" not in str(refused.value)


def test_a_place_of_syslog_is_a_host_and_a_port() -> None:
    assert read_place("Logs.example.com").place == "logs.example.com:6514"
    assert read_place("[2606:4700::1111]:514").place == "[2606:4700::1111]:514"
    for wrong in (
        "",
        ":6514",
        "logs.example.com:0",
        "https://logs.example.com",
        "a@b",
        "a/b",
        "a?b",
        "[2606:4700::1111%eth0]:514",
    ):
        with pytest.raises(InvalidInput):
            read_place(wrong)
