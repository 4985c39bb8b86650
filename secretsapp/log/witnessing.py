"""Gives the newest checkpoint to the witnesses that don't know it yet (C2SP tlog-witness).

Each is sent the proof that the log continues what it knows. All are asked at once and none for
long, so a slow one holds nothing up; one that fails is asked again after growing pauses.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from secrets import SystemRandom

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.core import actor as actors
from secretsapp.core import cosignatures, merkle
from secretsapp.core.errors import InvalidInput, NotFound, SealroomError
from secretsapp.core.events.proofs import ProofEvent
from secretsapp.log import cosigned, tree
from secretsapp.log.standing import latest
from secretsapp.log.witness_answers import Asked, Reply, judged
from secretsapp.models import Checkpoint, Cosignature, Witness
from secretsapp.outgoing.lines import Way
from secretsapp.outgoing.posting import Answer, post
from secretsapp.outgoing.targets import read_url
from secretsapp.rules.acting import NoRight, acting
from secretsapp.rules.locks import claim, lock_witness
from secretsapp.rules.ways_out import way_out

ASK_SECONDS = 5.0
CLAIM = timedelta(minutes=1)
PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
# No pause is so long: who says so has set the clock back, or has edited the row.
_NO_PAUSE = 2 * LONGEST_PAUSE
_PATH = "add-checkpoint"
_ARCHIVED = (
    "It knows the log of {} events, the last of which are in an archive, so it can’t be shown "
    "that the log only grew. Its operator has to let it forget this log."
)
_CHANGES_ITS_MIND = "It says each time that it knows another checkpoint."
_HEADERS = {"Content-Type": "text/plain; charset=utf-8"}


@dataclass(frozen=True)
class _Question:
    """What a witness is sent, which is taken to know the log up to that size."""

    witness: Witness
    known: int
    body: bytes


def ask_due() -> None:
    """Give the newest checkpoint to the witnesses that don't have it and are due.

    Any number of workers can do so at once. Raises LogBroken where the tree can't prove anything.
    """
    newest = latest()
    if newest is not None:
        now = timezone.now()
        far = now + _NO_PAUSE
        endless = Witness.objects.filter(Q(next_try_at__gt=far) | Q(claimed_until__gt=far))
        if endless.exists():
            endless.update(next_try_at=None, claimed_until=None)
        is_due = Q(next_try_at=None) | Q(next_try_at__lte=now)
        _ask(Witness.objects.filter(is_due), newest)


def ask_now(newest: Checkpoint) -> None:
    """Give that checkpoint to those who had no trouble with the one before: someone waits."""
    _ask(Witness.objects.filter(failures=0), newest)


def _ask(witnesses: QuerySet[Witness], newest: Checkpoint) -> None:
    """Ask those that have not cosigned it, whatever their rows say of them."""
    has_it = Q(number=newest.number, verifier__in=cosigned.signers(newest))
    wanted = witnesses.exclude(has_it)
    due = [each for each in wanted if claim(wanted.filter(pk=each.pk), lasting=CLAIM)]
    replies = _replies({each: min(each.size, newest.size) for each in due}, newest)
    for witness, reply in (replies | _replies(_knowing(replies, newest), newest)).items():
        _keep(witness, newest, reply)


def _knowing(replies: Mapping[Witness, Reply], newest: Checkpoint) -> dict[Witness, int]:
    """The witnesses that know another size than was thought, each with it: they are asked again.

    One that knows more was given a newer checkpoint by another worker.
    """
    knowing = {each: reply.knows for each, reply in replies.items() if reply.knows is not None}
    return {each: knows for each, knows in knowing.items() if knows <= newest.size}


def _replies(known: Mapping[Witness, int], newest: Checkpoint) -> dict[Witness, Reply]:
    """What each witness says of the checkpoint, with the proof from the size that it knows."""
    if not known:
        return {}
    questions, unproved = _questions(known, newest)
    with ThreadPoolExecutor(len(known)) as pool:
        answers = list(pool.map(partial(_posted, way=way_out()), questions))
    size = (latest() or newest).size
    return unproved | {
        question.witness: _reply(question, answer, Asked(newest, question.known, size))
        for question, answer in zip(questions, answers, strict=True)
    }


def _questions(
    known: Mapping[Witness, int], newest: Checkpoint
) -> tuple[list[_Question], dict[Witness, Reply]]:
    """What each is asked, and the failure of those to whom nothing can be proved any more."""
    node, questions, unproved = tree.Stored(), [], dict[Witness, Reply]()
    for witness, size in known.items():
        try:
            questions.append(_question(node, newest, witness, size))
        except NotFound:
            unproved[witness] = Reply(failure=_ARCHIVED.format(size))
    return questions, unproved


def _question(node: merkle.Node, newest: Checkpoint, witness: Witness, known: int) -> _Question:
    proof = merkle.consistency(node, known, newest.size)
    return _Question(witness, known, cosignatures.request(known, proof, newest.note))


def _posted(question: _Question, *, way: Way) -> Answer | SealroomError:
    """The answer; it is asked for in a thread of its own, which knows nothing of the database."""
    try:
        target = read_url(question.witness.address).under(_PATH)
        return post(target, body=question.body, headers=_HEADERS, way=way, seconds=ASK_SECONDS)
    except SealroomError as error:
        return error


def _reply(question: _Question, answer: Answer | SealroomError, asked: Asked) -> Reply:
    if isinstance(answer, SealroomError):
        return Reply(failure=str(answer))
    try:
        key = cosignatures.read_key(question.witness.verifier)
    except InvalidInput as error:
        return Reply(failure=str(error))
    return judged(answer, asked, key)


def _keep(witness: Witness, newest: Checkpoint, reply: Reply) -> None:
    """Store what came of it, unless someone changed or removed the witness meanwhile."""
    same = Witness.objects.filter(pk=witness.pk, address=witness.address, verifier=witness.verifier)
    if reply.cosignature is not None:
        _keep_cosignature(same, witness, newest, reply.cosignature)
    elif reply.is_alarm and not witness.alarm:
        _raise_alarm(same, witness, reply)
    elif reply.failure:
        same.update(**_failed(witness, reply))
    elif reply.knows is not None and reply.knows <= newest.size:
        same.update(**_failed(witness, Reply(failure=_CHANGES_ITS_MIND)))
    else:
        # Another worker has given it a newer checkpoint.
        same.update(claimed_until=None)


def _keep_cosignature(
    same: QuerySet[Witness],
    witness: Witness,
    newest: Checkpoint,
    found: cosignatures.Cosignature,
) -> None:
    kept = Cosignature(
        number=newest.number,
        witness=witness.name,
        verifier=witness.verifier,
        line=found.line,
        signed_at=found.time,
    )
    if kept.verifier not in cosigned.signers(newest):
        # One that someone edited is worth nothing, and would keep this one out.
        Cosignature.objects.filter(number=kept.number, verifier=kept.verifier).delete()
    Cosignature.objects.bulk_create([kept], ignore_conflicts=True)
    same.update(
        number=newest.number,
        size=newest.size,
        cosigned_at=timezone.now(),
        failures=0,
        failure="",
        alarm="",
        next_try_at=None,
        claimed_until=None,
    )


def _raise_alarm(same: QuerySet[Witness], witness: Witness, reply: Reply) -> None:
    """Let the log hold that a witness has seen another log; once, until it cosigns again."""
    need = NoRight("a witness tells it, and it has no rights here")
    reason = f"{witness.name} refuses it. {reply.failure}"
    try:
        with acting(actors.system("witness"), need) as act:
            if lock_witness(witness).alarm or not same.update(
                alarm=reason, **_failed(witness, reply)
            ):
                return
            act.tell(ProofEvent.WITNESS_ALARM, detail={"name": witness.name, "reason": reason})
    except NotFound:
        return


def _failed(witness: Witness, reply: Reply) -> dict[str, object]:
    """What a failure changes: it is asked again after a pause that doubles, or as it asks."""
    failures = witness.failures + 1
    pause = min(PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE) * SystemRandom().uniform(1, 1.2)
    if reply.retry_after:
        pause = max(pause, timedelta(seconds=reply.retry_after))
    return {
        "failures": min(failures, 30_000),
        "failure": reply.failure,
        "next_try_at": timezone.now() + pause,
        "claimed_until": None,
    }
