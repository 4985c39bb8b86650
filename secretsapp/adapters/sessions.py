"""Django's sessions in the database, of which its readers can neither take nor open any."""

import base64
import logging
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from secretsapp.core.errors import KeyTrouble
from secretsapp.models import NewSignIn, RequiredFactor, SignedIn
from secretsapp.people import session_storage, sessions
from secretsapp.rules.sql import NOW, Given, Prepared

log = logging.getLogger(__name__)

ENDS_AT, CONTENT = "ends_at", "content"
# In the session of someone who has signed in: since when.
BEGAN_AT = "began_at"


def _living() -> QuerySet[Session, tuple[str, datetime | None, bool, bool]]:
    key = Given("key", CharField())
    active_at = SignedIn.objects.filter(pk=OuterRef("session_key")).values("active_at")
    found = Session.objects.filter(session_key=key, expire_date__gt=NOW)
    of_session = SignedIn.objects.filter(pk=OuterRef(OuterRef("session_key")))
    new_sign_ins = NewSignIn.objects.filter(person=Subquery(of_session.values("person")))
    asked = {
        "active_at": Subquery(active_at),
        "required": Exists(RequiredFactor.objects.all()),
        "new_sign_ins": Exists(new_sign_ins),
    }
    return found.annotate(**asked).values_list("session_data", *asked)


_LIVING = Prepared(_living)


class SessionStore(db.SessionStore):
    """A session under a hash of its key, with its content encrypted for that row.

    allauth parks things in sessions that no one may read, and a key that could be read from
    the table would be as good as a password.
    """

    _active_at: datetime | None = None
    _loaded_key = ""
    # Whether a second factor is required of anyone, as far as is known: every page asks.
    is_factor_required = True
    # The same of whether there are new sign-ins of the person, which the first page tells of.
    has_new_sign_ins = True

    def load(self) -> dict[str, Any]:
        """The content; an unknown, ended or damaged session is an empty one."""
        rows = _LIVING.rows(key=self._stored_key(), now=timezone.now())
        if not rows:
            self._session_key = None
            return {}
        content, self._active_at, self.is_factor_required, self.has_new_sign_ins = rows[0]
        self._loaded_key = self._stored_key()
        found = self.decode(content)
        if self._is_over(found):
            self._session_key = None
            return {}
        return found

    def _is_over(self, found: dict[str, Any]) -> bool:
        """Whether it has been idle for too long; `sessions` records activity now and then alone."""
        idle = timedelta(minutes=settings.SESSION_IDLE_MINUTES) + sessions.RECORDED_EVERY
        is_idle = self._active_at is not None and self._active_at <= timezone.now() - idle
        return is_idle and BEGAN_AT in found

    def begin(self) -> None:
        """Let it last as long as a session may from now on, however often it is stored."""
        self[BEGAN_AT] = timezone.now().timestamp()

    def get_expiry_age(self, **given: Any) -> int:
        """For how many seconds it lasts: what is stored later doesn't make it longer."""
        age = super().get_expiry_age(**given)
        began = self.get(BEGAN_AT)
        if not isinstance(began, float):
            return age
        left = began + settings.SESSION_COOKIE_AGE - timezone.now().timestamp()
        return min(age, max(0, int(left)))

    def get_expiry_date(self, **given: Any) -> datetime:
        """When it ends."""
        return timezone.now() + timedelta(seconds=self.get_expiry_age(**given))

    def was_active_since(self, instant: datetime) -> bool:
        """Whether it was recorded, when the session was loaded, that it was active after that."""
        is_loaded = self._loaded_key == self._stored_key()
        return is_loaded and self._active_at is not None and self._active_at > instant

    def exists(self, session_key: str) -> bool:
        """Whether there is a session with that key, ended or not."""
        return super().exists(session_storage.stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row that stores the content."""
        row = super().create_model_instance(data)
        row.session_key = self._stored_key()
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session with that key, or this one."""
        key = session_key or self.session_key
        if key:
            super().delete(session_storage.stored_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The content as it is stored, with its end; never compressed, or its length would tell."""
        bound = {ENDS_AT: self.get_expiry_date().timestamp(), CONTENT: session_dict}
        blob = session_storage.encrypt(self.serializer().dumps(bound), self._stored_key())
        return base64.b64encode(blob).decode("ascii")

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The content of this session; of what does not open, nothing: the person signs in.

        Nor of one whose own end is over: a row may have been put back with a later one.
        """
        try:
            blob = base64.b64decode(session_data, validate=True)
            content = session_storage.decrypt(blob, self._stored_key())
        except (ValueError, KeyTrouble) as error:
            log.warning("A session can't be decrypted: %s", type(error).__name__)
            return {}
        bound: dict[str, Any] = self.serializer().loads(content)
        if bound.get(ENDS_AT, 0) <= timezone.now().timestamp():
            log.warning("A session is over by its own end, whatever its row says.")
            return {}
        found: dict[str, Any] = bound[CONTENT]
        return found

    def _stored_key(self) -> str:
        return session_storage.stored_key(self.session_key or "")

    # The asynchronous methods of the class above ask the table for the key as it is in the
    # cookie; those of its base call the ones here. Sealroom calls none of them, but one that
    # did not find a session would not end it either.
    aload = SessionBase.aload
    aexists = SessionBase.aexists
    acreate = SessionBase.acreate
    asave = SessionBase.asave
    adelete = SessionBase.adelete

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """The row that stores the content."""
        return await sync_to_async(self.create_model_instance)(data)
