"""The provider of single sign-on as a process: `python -m tests.support.sign_on_process DIRECTORY`.

It says on which port it is and who vouches for it, in a line of JSON, and answers until its input
ends. Whom it lets in is always the same.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from secretsapp.core.providers import Provider
from tests.support.receiver import Receiver
from tests.support.sign_on_provider import CLIENT_ID, CLIENT_SECRET, HOST, SignOnProvider

ROOT = Path(__file__).parents[2]
SECONDS = 20


def main(directory: str) -> int:
    """Be the provider."""
    with Receiver(Path(directory), HOST) as receiver:
        provider = SignOnProvider.at(receiver)
        told = {"issuer": provider.issuer, "authorities": receiver.authorities}
        print(json.dumps(told), flush=True)
        sys.stdin.read()
    return 0


@contextmanager
def running(directory: Path) -> Iterator[tuple[Provider, str]]:
    """The provider as an operator sets it up, and who vouches for it, while it runs."""
    command = [sys.executable, "-m", "tests.support.sign_on_process", str(directory)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        told = json.loads(process.stdout.readline())
        yield (
            Provider(
                id="acme",
                name="Acme",
                issuer=told["issuer"],
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
            ),
            told["authorities"],
        )
        process.stdin.close()
        assert process.wait(SECONDS) == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
