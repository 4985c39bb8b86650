"""The proxy that stands in front of the containers, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.installation import ROOT
from tests.served import HOST, wait_for

# What development needs brings it, as new as the image of the containers.
CADDY = Path(sys.executable).with_name("caddy")


def adapt(home: Path, caddyfile: str, site: str) -> str:
    """What Caddy makes of a Caddyfile."""
    (home / "Caddyfile").write_text(caddyfile)
    return subprocess.run(
        [CADDY, "adapt", "--adapter", "caddyfile", "--config", str(home / "Caddyfile")],
        env=os.environ | {"SITE_URL": site},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def configuration(home: Path, site: str, server: int, http: int) -> str:
    """What the Caddyfile says, with this machine's addresses in place of the containers'."""
    adapted = adapt(home, (ROOT / "Caddyfile").read_text(), site)
    service = '"name":"web","port":"8000"'
    assert service in adapted
    said = json.loads(adapted.replace(service, f'"name":"{HOST}","port":"{server}"'))
    said["apps"]["http"] |= {"http_port": http, "https_port": urlsplit(site).port}
    for each in said["apps"]["http"]["servers"].values():
        each["listen"] = [f"{HOST}:{address.rpartition(':')[2]}" for address in each["listen"]]
    return json.dumps(said)


@contextmanager
def proxied(home: Path, site: str, server: int, http: int) -> Iterator[Path]:
    """The proxy, and the certificate of who vouches for it."""
    (home / "caddy.json").write_text(configuration(home, site, server, http))
    surroundings = {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), "HOME": str(home)}
    log = home / "proxy.log"
    with (
        log.open("wb") as written,
        subprocess.Popen(
            [CADDY, "run", "--config", str(home / "caddy.json")],
            env=os.environ | surroundings,
            stdout=written,
            stderr=written,
        ) as proxy,
    ):
        try:
            wait_for(int(site.rpartition(":")[2]), proxy, log)
            yield home / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        finally:
            proxy.terminate()
