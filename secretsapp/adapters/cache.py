"""Django's cache as JSON text in our own table: what lies there is read and never run."""

import json
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache, InvalidCacheKey
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.models import CacheEntry
from secretsapp.models.installation import KEY_LIMIT

NEVER = datetime.max.replace(tzinfo=UTC)


class JsonCache(BaseCache):
    """A cache in the database, so that rate limits hold across processes and machines.

    Django's own cache in the database unpickles its rows: who can write to the database could
    run code here. And it drops living rows when there are many, so a flood of requests could
    push the counts of sign-in attempts out; here only expired rows go.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any | None = None, version: int | None = None) -> Any:
        """The value, or the default where there is none, it has expired, or it is not JSON."""
        living = _living(self.make_and_validate_key(key, version))
        text = living.values_list("value", flat=True).first()
        return default if text is None else _read(text, default)

    def set(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        """Store the value in place of another; TypeError where JSON would change it."""
        CacheEntry.objects.bulk_create(
            [self._entry(key, value, timeout, version)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["value", "expires_at"],
        )

    def add(
        self,
        key: Any,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        """Store the value if there is none that lives; of several at once, one succeeds."""
        entry = self._entry(key, value, timeout, version)
        return _replaces_expired(entry) or _is_new(entry)

    def touch(
        self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Let a value that lives expire at another time."""
        living = _living(self.make_and_validate_key(key, version))
        return living.update(expires_at=self._end(timeout)) == 1

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Delete the value; whether there was one."""
        name = self.make_and_validate_key(key, version)
        return CacheEntry.objects.filter(key=name).delete()[0] == 1

    def clear(self) -> None:
        """Delete everything, counts of attempts too; nothing in the product does this."""
        CacheEntry.objects.all().delete()

    def validate_key(self, key: Any) -> None:
        """Raise InvalidCacheKey for what a database could not look for."""
        if len(key) > KEY_LIMIT or not key.isprintable():
            raise InvalidCacheKey(f"A key is at most {KEY_LIMIT} printable characters.")

    def _entry(
        self, key: Any, value: Any, timeout: float | None, version: int | None
    ) -> CacheEntry:
        name = self.make_and_validate_key(key, version)
        return CacheEntry(key=name, value=_written(value), expires_at=self._end(timeout))

    def _end(self, timeout: float | None) -> datetime:
        seconds = self.get_backend_timeout(timeout)
        return NEVER if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _living(name: str) -> QuerySet[CacheEntry]:
    return CacheEntry.objects.filter(key=name, expires_at__gt=timezone.now())


def _replaces_expired(entry: CacheEntry) -> bool:
    expired = CacheEntry.objects.filter(key=entry.key, expires_at__lte=timezone.now())
    return expired.update(value=entry.value, expires_at=entry.expires_at) == 1


def _is_new(entry: CacheEntry) -> bool:
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _written(value: Any) -> str:
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise TypeError("The cache holds what JSON can say.") from error
    # JSON writes tuples and other keys than text, and gives them back as something else.
    if json.loads(text) != value:
        raise TypeError("The cache holds what JSON gives back unchanged.")
    return text


def _read(text: str, default: Any) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return default
