"""Makes a batch: every value is sealed at once, for its universe's key; only sealed boxes wait."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from secretsapp.batches.items import authenticate
from secretsapp.batches.planning import TAKES, Planned
from secretsapp.core import input_rules, labels
from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput, SealroomError, StaleVersion
from secretsapp.core.events.batches import BatchEvent
from secretsapp.core.plaintext import Plaintext
from secretsapp.core.roles import Permission
from secretsapp.core.sealing import PublicKey, Sealed, seal
from secretsapp.models import ApiKey, Batch, BatchItem, Lane, Universe, User
from secretsapp.models.secrets import ChangeKind
from secretsapp.opencloud.types import Bearer
from secretsapp.rules import connections
from secretsapp.rules.acting import Act, Right, acting
from secretsapp.rules.keys import audit_ring
from secretsapp.rules.roblox import in_our_words

# Forty universes that are full.
MOST_ITEMS = 20_000
# So many universes are asked for their key at once, of the conversations that a process may have.
ASKED_AT_ONCE = 4
STORED_AT_ONCE = 500
CHOOSE_HOST = (
    "{} was changed outside Sealroom, and its allowed host may belong to the person who did so. "
    "Choose a host for all, or review that change first."
)


@dataclass(frozen=True)
class Wanted:
    """One change of a batch: what was planned, the value, and another domain where one is wanted.

    A deletion has no value; with `domain` None a secret keeps its own.
    """

    planned: Planned
    value: Plaintext | None = None
    domain: str | None = None

    @property
    def sent_domain(self) -> str:
        """The allowed host that is sent, in its one form."""
        if self.domain is None:
            return self.planned.domain
        return input_rules.one_form(self.domain)

    @property
    def needs(self) -> tuple[Right, ...]:
        """The rights that it takes."""
        planned = self.planned
        change = Right(TAKES[planned.kind], planned.universe.pk, planned.name)
        is_same = input_rules.is_same_domain(self.sent_domain, planned.domain)
        if planned.kind is not ChangeKind.ROTATE or is_same:
            return (change,)
        return (change, Right(Permission.CHANGE_DOMAIN, planned.universe.pk, planned.name))


def make(actor: Actor, *, wanted: Sequence[Wanted], reason: str = "") -> Batch:
    """Store a batch of these changes, for workers to send; nothing is sent before it is stored.

    What the plan refused is left out. Raises InvalidInput for what can't be sealed or sent,
    Forbidden, StaleVersion where a universe is gone, and the refusals of Roblox where its public
    key can't be had: nothing is stored then. The values are sealed here, and nobody keeps them.
    """
    labels.check_remark(reason, field="reason", limit=labels.REASON_LIMIT)
    taken = [each for each in wanted if not each.planned.refused]
    _check(taken)
    # Asking Roblox takes long: sessions that are ended meanwhile are not those it was asked from.
    batch = _batch_of(actor, reason.strip(), len(taken))
    keys = _keys_of(actor, {each.planned.universe for each in taken if each.value is not None})
    ring = audit_ring()
    items = [_item(batch, number, each, keys) for number, each in enumerate(taken)]
    for item in items:
        authenticate(item, ring)
    first, *others = (need for each in taken for need in each.needs)
    with acting(actor, first, *others) as act:
        _store(act, batch, items)
    return batch


def _check(taken: Sequence[Wanted]) -> None:
    if not taken:
        raise InvalidInput("Choose at least one change.")
    if len(taken) > MOST_ITEMS:
        raise InvalidInput(
            f"A batch can have {MOST_ITEMS:,} changes at most; this has {len(taken):,}. Make "
            "several batches."
        )
    for each in taken:
        input_rules.check_domain(each.sent_domain)
        if each.domain is None and each.planned.is_drifted and each.value is not None:
            raise InvalidInput(CHOOSE_HOST.format(each.planned.name), field="reach")
        if each.planned.kind is not ChangeKind.DELETE:
            input_rules.check_value(each.value or Plaintext(b""))


def _keys_of(actor: Actor, universes: Iterable[Universe]) -> dict[int, PublicKey]:
    """The public key of each universe, in one call each; several are asked at once."""
    asked = [(universe, universe.api_key) for universe in universes]
    if not asked:
        return {}
    actor.forget()
    opened = _opened(asked)
    with ThreadPoolExecutor(min(ASKED_AT_ONCE, len(asked))) as pool:
        keys = pool.map(lambda each: _key_of(actor, each[0], opened[each[1].pk]), asked)
        return {universe.pk: key for (universe, _), key in zip(asked, keys, strict=True)}


def _opened(asked: Iterable[tuple[Universe, ApiKey]]) -> dict[UUID, Plaintext | Bearer]:
    """What opens each key: the database is asked for it, and threads ask nothing of that."""
    opened: dict[UUID, Plaintext | Bearer] = {}
    for universe, api_key in asked:
        if api_key.pk not in opened:
            with _saying_where(universe):
                opened[api_key.pk] = connections.authority_of(api_key)
    return opened


def _key_of(actor: Actor, universe: Universe, authority: Plaintext | Bearer) -> PublicKey:
    """This runs in a thread of its own, which asks nothing of the database."""
    with _saying_where(universe), connections.client_with(actor, authority) as client:
        return client.public_key(universe.pk)


@contextmanager
def _saying_where(universe: Universe) -> Iterator[None]:
    """Say for which universe no value can be sealed, and why."""
    try:
        with in_our_words():
            yield
    except SealroomError as refusal:
        raise InvalidInput(
            f"Nothing was sent, because no value can be sealed for {universe.name}: {refusal} "
            "Fix that, or leave this universe out."
        ) from None


def _batch_of(actor: Actor, reason: str, size: int) -> Batch:
    return Batch(
        reason=reason,
        person_id=actor.person_id,
        generation=_generation_of(actor),
        actor_kind=actor.kind,
        actor_name=actor.name,
        door=actor.door,
        address=actor.address,
        session_id=actor.session_id,
        request_id=actor.request_id,
        run_by=actor.run_by,
        size=size,
        made_at=timezone.now(),
    )


def _generation_of(actor: Actor) -> int | None:
    person = User.objects.filter(pk=actor.person_id or 0)
    return person.values_list("generation", flat=True).first()


def _item(batch: Batch, number: int, wanted: Wanted, keys: dict[int, PublicKey]) -> BatchItem:
    planned = wanted.planned
    item = BatchItem(
        batch=batch,
        position=number,
        kind=planned.kind,
        universe=planned.universe,
        universe_name=planned.universe.name_and_environment,
        name=planned.name,
        domain=wanted.sent_domain,
        seen_domain=planned.domain,
        seen_version=planned.seen_version,
        needs_approval=planned.needs_approval,
    )
    if wanted.value is not None:
        _put_in(item, seal(wanted.value, keys[planned.universe.pk]))
    return item


def _put_in(item: BatchItem, sealed: Sealed) -> None:
    item.box, item.key_id, item.key_fingerprint = sealed.box, sealed.key_id, sealed.fingerprint


def _api_keys_of(items: Sequence[BatchItem]) -> set[UUID]:
    """The API keys that send these as it is now; raises StaleVersion where a universe is gone."""
    there = Universe.objects.filter(pk__in={item.universe_id or 0 for item in items}).order_by()
    found = dict(there.values_list("pk", "api_key"))
    gone = next((each.universe_name for each in items if each.universe_id not in found), "")
    if gone:
        raise StaleVersion(f"Someone has just removed {gone} from Sealroom. Nothing was sent.")
    return set(found.values())


def _store(act: Act, batch: Batch, items: Sequence[BatchItem]) -> None:
    api_keys = _api_keys_of(items)
    batch.save(force_insert=True)
    BatchItem.objects.bulk_create(items, batch_size=STORED_AT_ONCE)
    Lane.objects.bulk_create([Lane(api_key_id=key) for key in api_keys], ignore_conflicts=True)
    universes = len({item.universe_id for item in items})
    detail = {
        "batch": str(batch.pk),
        "count": str(batch.size),
        "universes": str(universes),
        "reason": batch.reason,
    }
    act.tell(BatchEvent.BATCH_STARTED, detail=detail)
