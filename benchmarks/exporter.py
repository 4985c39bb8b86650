"""One process that exports and verifies an audit log when it is told to.

`python -m benchmarks.exporter` reads a word and a number a line, and answers each with a number of
its own.
"""

import csv
import hashlib
import hmac
import resource
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first

from benchmarks import chains, databases  # noqa: E402
from secretsapp.core import actor, chain  # noqa: E402
from secretsapp.log import checkpoints, exporting, filters, verifying  # noqa: E402
from secretsapp.log import since as newer  # noqa: E402
from secretsapp.log.export_texts import Form  # noqa: E402
from secretsapp.log.exporting import Asked  # noqa: E402
from secretsapp.log.streaming import COLUMNS  # noqa: E402
from secretsapp.models import AuditEvent  # noqa: E402
from secretsapp.operation import parallel  # noqa: E402

ACTOR = actor.command("export_audit", account="measured")
FORMS = tuple(Form)
# As it comes, and without the beginnings of changes whose outcome is there.
QUESTIONS: tuple[dict[str, str], ...] = ({"attempts": "on"}, {})
SAMPLE = 50_000
# What the bare loop reads is read by nobody either.
NOWHERE = Path("/dev/null")


def fill(events: int) -> float:
    """Let the log hold that many events; the seconds that it took."""
    began = time.perf_counter()
    chains.lengthen(events)
    return time.perf_counter() - began


def bare(_: int) -> float:
    """Read every row by a cursor and write it; rows a second of work."""
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    rows, began = 0, _worked()
    with connection.chunked_cursor() as cursor, NOWHERE.open("w", encoding="utf-8") as out:
        # Every word of it is a name of ours.
        cursor.execute(f'SELECT {columns} FROM "secretsapp_auditevent" ORDER BY "sequence"')  # noqa: S608 # nosec B608
        writer = csv.writer(out)
        for row in cursor:
            writer.writerow(row)
            rows += 1
    return rows / (_worked() - began)


def _worked() -> float:
    """How long processors have worked for this process and its connection so far, in seconds."""
    connection.ensure_connection()
    return databases.worked() / 1e9


def export(number: int) -> float:
    """Export what a question finds, which the number says, and in which form; as `bare` does."""
    which, form = divmod(number, len(FORMS))
    query = filters.parse(QUESTIONS[which])
    began = _worked()
    found, pieces = exporting.export(ACTOR, Asked(query.text, query.wanted), FORMS[form])
    with NOWHERE.open("w", encoding="utf-8") as out:
        for piece in pieces:
            out.write(piece.text)
    return found.events / (_worked() - began)


def hashes(events: int) -> float:
    """The seconds that it takes to hash so many events, their links and their MACs, and no more."""
    found = AuditEvent.objects.order_by("sequence")[:SAMPLE]
    texts = [(chain.encode(each.chained_fields()), each.content, each.link) for each in found]
    key = bytes(32)
    began = time.process_time()
    for encoded, content, link in texts:
        hashlib.sha256(encoded).hexdigest()
        hashlib.sha256(bytes.fromhex(link + content)).hexdigest()
        hmac.digest(key, bytes.fromhex(link), "sha256").hex()
    return (time.process_time() - began) * events / len(texts)


def verify(_: int) -> float:
    """The seconds that it takes to verify the log, by as many processes as there are processors."""
    began = time.perf_counter()
    verifying.verify(ACTOR, processes=parallel.Processes())
    return time.perf_counter() - began


def sign(_: int) -> float:
    """The size of a checkpoint of the log."""
    return checkpoints.make(ACTOR).size


def since(_: int) -> float:
    """The seconds that it takes to verify what came since the newest checkpoint."""
    began = time.perf_counter()
    newer.verify(ACTOR)
    return time.perf_counter() - began


def peak(_: int) -> float:
    """The most memory the process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WORK = {work.__name__: work for work in (fill, bare, export, hashes, verify, sign, since, peak)}


def main() -> None:
    """Do what each line says until there are no more."""
    for line in sys.stdin:
        word, number = line.split()
        sys.stdout.write(f"{WORK[word](int(number))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
