"""API keys as an actor may see them: their names and what they serve, never their values."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from secretsapp.api_keys.key_ends import KeyEnd, end_at
from secretsapp.api_keys.key_health import Finding, findings, findings_of
from secretsapp.api_keys.key_uses import used_by
from secretsapp.api_keys.probing import READ, WRITE
from secretsapp.api_keys.remembered import ids_in, remembered
from secretsapp.api_keys.server_address import server_address
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.input_rules import is_storable
from secretsapp.core.key_findings import OF_END, OF_HINT
from secretsapp.core.key_verdicts import has_passed
from secretsapp.core.roles import Permission
from secretsapp.core.spelling import proposal
from secretsapp.models import ApiKey, Universe
from secretsapp.opencloud.types import Introspection
from secretsapp.rules.ordering import in_order
from secretsapp.rules.paging import Asked, Page, cut
from secretsapp.rules.policy import require_installation, rights_of

UNIVERSES_SHOWN = 2


@dataclass(frozen=True)
class KeyView:
    """A key with the first few of the `count` universes that use it, and what is wrong with it.

    `opens` says whether any of these use it for their secrets, `serves` whether any do for their
    game servers. `hint` is what Roblox told of the key itself, if it did.
    """

    api_key: ApiKey
    universes: list[Universe]
    count: int
    end: KeyEnd
    findings: list[Finding]
    hint: Introspection | None
    opens: bool = False
    serves: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether only connecting again helps: Roblox renews the access no more."""
        return self.api_key.is_oauth and self.api_key.oauth.lost_at is not None

    @property
    def granted_scopes(self) -> list[str]:
        """What Roblox told that was granted."""
        return [scope.name for scope in self.hint.scopes] if self.hint else []

    @property
    def granted_ids(self) -> list[int]:
        """The universes that Roblox told were granted."""
        return sorted(ids_in(self.hint))

    @property
    def missing_scopes(self) -> list[str]:
        """What Sealroom needs and was not granted, as far as Roblox told."""
        return [each for each in (READ, WRITE) if self.hint and not self.hint.has(each)]

    @property
    def is_hinted(self) -> bool:
        """Whether something is wrong that only Roblox told, and tells of new keys alone."""
        return not self.api_key.is_oauth and any(
            finding.kind in OF_HINT for finding in self.findings
        )

    @property
    def further(self) -> int:
        """How many things are worth a look though the key works."""
        return sum(not (each.stops or each.kind in OF_END) for each in self.findings)

    @property
    def has_passed(self) -> bool | None:
        """Whether its last test found that it works; None where it was tried on nothing."""
        return has_passed(self.api_key.check_verdict)

    @property
    def more(self) -> int:
        """How many universes it opens beyond those few."""
        return self.count - len(self.universes)

    @property
    def has_ended(self) -> bool:
        """Whether it has expired."""
        return self.end.is_over

    @property
    def ends_soon(self) -> bool:
        """Whether it expires soon, and has not yet."""
        return self.end.is_soon

    @property
    def days_left(self) -> int:
        """The whole days until it expires; to be asked where that is known."""
        return self.end.days_left


def visible(actor: Actor) -> list[ApiKey]:
    """Every API key, by name; raises Forbidden for those who may not manage them."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    return list(_with_universes(ApiKey.objects.order_by("name")))


def manages(actor: Actor) -> bool:
    """Whether the actor may manage API keys."""
    return rights_of(actor).allows_installation(Permission.MANAGE_API_KEYS)


def require_to_manage(actor: Actor) -> None:
    """Raise Forbidden for those who may not manage API keys."""
    require_installation(actor, Permission.MANAGE_API_KEYS)


def universes_of(actor: Actor, api_key: ApiKey, asked: Asked) -> Page[Universe]:
    """A page of the universes that use the key; raises Forbidden."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    return cut(in_order(used_by(api_key)), asked.number)


def overview(actor: Actor) -> list[KeyView]:
    """Every API key with what it serves, by name; raises Forbidden."""
    api_keys = visible(actor)
    found = findings_of(api_keys)
    return [_view(api_key, found[api_key.pk]) for api_key in api_keys]


def choices(actor: Actor, universe: Universe | None = None) -> list[ApiKey]:
    """The API keys that a universe, or that one, can be opened with, by name; raises Forbidden."""
    universe_id = universe.pk if universe else None
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe_id)
    return list(ApiKey.objects.order_by("name"))


def get(actor: Actor, name: str) -> ApiKey:
    """The API key of that very name; raises Forbidden, or NotFound, which proposes a near one."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    api_key = ApiKey.objects.filter(name=name).first() if is_storable(name) else None
    if api_key is None:
        names = ApiKey.objects.values_list("name", flat=True)
        meant = proposal(name, {known: f"“{known}”" for known in names})
        raise NotFound(f"There is no API key named “{name}”.{meant or ' Add it first.'}")
    return api_key


def view(actor: Actor, api_key_id: UUID) -> KeyView:
    """The API key of that id with what it serves; raises Forbidden, or NotFound."""
    require_installation(actor, Permission.MANAGE_API_KEYS)
    api_key = _with_universes(ApiKey.objects.filter(pk=api_key_id)).first()
    if api_key is None:
        raise NotFound("This API key doesn’t exist. Someone may have removed it.")
    advice = server_address(actor).advice
    return _view(api_key, findings(api_key, advice=advice))


def _with_universes(api_keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    """The keys with the first few of their universes, and how many there are."""
    few = in_order(Universe.objects.all())[:UNIVERSES_SHOWN]
    using = Universe.objects.filter(Q(api_key=OuterRef("pk")) | Q(server_key=OuterRef("pk")))
    number = using.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk"))
    used = Coalesce(Subquery(number.values("n")), 0)
    return (
        api_keys.select_related("oauth")
        .annotate(used=used)
        .prefetch_related(
            Prefetch("universes", few, to_attr="first_universes"),
            Prefetch("server_universes", few, to_attr="first_served"),
        )
    )


def _view(api_key: ApiKey, wrong: list[Finding]) -> KeyView:
    found: Any = api_key
    end, hint = end_at(api_key.ends_at), remembered(api_key)
    opened, served = found.first_universes, found.first_served
    few = list(dict.fromkeys([*opened, *served]))[:UNIVERSES_SHOWN]
    return KeyView(api_key, few, found.used, end, wrong, hint, bool(opened), bool(served))
