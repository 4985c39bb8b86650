"""An event as people read it: its sentence in parts, and everything that pages show with it."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from secretsapp.core.actor import ActorKind, Door
from secretsapp.core.events.kinds import RUN_BY, Result, Severity, Verb
from secretsapp.models import Universe

# How `core.actor.command` names a command and who ran it.
_RUN = re.compile(r"(?P<account>.+) \(command (?P<command>\w+)\)", re.DOTALL)
SECONDS_IN_WORDS = 100


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; `place` names what is there, and is empty for our own words.

    `time` is the one that its text says, for pages to show by the reader's clock.
    """

    text: str
    place: str = ""
    time: datetime | None = None


@dataclass(frozen=True)
class EventView:
    """An event in words; `universe_id` is None where the event is about none.

    An event whose tag this version does not know is told by its tag, with no verb and no result.
    An event that was edited in the database keeps its tag and says so; its `time` may be None.
    A universe or a secret is linked where it still exists and may be seen. `afterword` is the
    reason or result, a sentence of its own, which is at the very end. `began_at` is when the
    change began that it ends, and `is_over` says of a beginning that there is an outcome.
    `actor_name` and `subject_name` are those of then; `person_name` is the actor's name of today,
    and `person_email` and `subject_email` are the addresses that the accounts have today.
    """

    sequence: int
    time: datetime | None
    tag: str
    severity: Severity
    verb: Verb | None
    result: Result | None
    actor_name: str
    names_actor: bool
    parts: list[Part]
    afterword: str
    universe_id: int | None
    universe_name: str
    secret_name: str
    subject_name: str
    change_id: str
    session_id: str
    request_id: str
    address: str
    door: str
    detail: dict[str, str]
    actor_kind: str = ActorKind.PERSON.value
    actor_id: str = ""
    person_name: str = ""
    person_email: str = ""
    is_about_person: bool = False
    subject_id: str = ""
    subject_email: str = ""
    began_at: datetime | None = None
    is_over: bool = False
    universe: Universe | None = None
    links_secret: bool = False
    says_where: bool = True

    @property
    def links_universe(self) -> bool:
        """Whether its universe still exists and may be seen."""
        return self.universe is not None

    @property
    def who(self) -> str:
        """Who acted: a person's name, where there is one, or which command it was, by whom.

        Where a command acted with a person's rights, who ran it is named first.
        """
        if self.actor_kind == ActorKind.COMMAND and (run := _RUN.fullmatch(self.actor_name)):
            return f"command line: {run['command']} by {run['account']}"
        name = self.person_name or self.person_email or self.actor_name
        return f"{self.run_by} as {name}" if self.run_by else name

    @property
    def run_by(self) -> str:
        """The account of the operating system that acted with a person's rights, if one did."""
        return self.detail.get(RUN_BY, "") if self.actor_kind == ActorKind.PERSON else ""

    @property
    def mark(self) -> str:
        """Whose mark comes before it: a person's, a command's, the system's, or none's."""
        if self.run_by:
            return ActorKind.COMMAND.value
        is_nobody = self.actor_kind == ActorKind.SYSTEM and self.door == Door.BROWSER
        return "" if is_nobody else self.actor_kind

    @property
    def started_by(self) -> str:
        """The address of who began the change, where the log says it apart from the actor."""
        return self.detail.get("started_by", "")

    @property
    def starter_id(self) -> str:
        """The account of who began the change, where the log says it."""
        return self.detail.get("starter_id", "")

    @property
    def took(self) -> str:
        """How long it took from the beginning of the change, in words; empty where unknown."""
        if self.began_at is None or self.time is None or self.time < self.began_at:
            return ""
        return _duration((self.time - self.began_at).total_seconds())

    @property
    def leads_by(self) -> str:
        """By what everything of the actor is found, under whatever address they did it."""
        return self.person_email or self.actor_name

    @property
    def leads_about(self) -> str:
        """By what everything that was done to the same is found."""
        return self.subject_email or self.subject_name

    @property
    def is_open(self) -> bool:
        """Whether a change began and nothing is known of it yet."""
        return self.result is Result.STARTED and not self.is_over

    @property
    def sentence(self) -> str:
        """The whole sentence, or what follows the actor's name where that is named."""
        words = "".join(part.text for part in self.parts)
        return f"{words}: {self.afterword}" if self.afterword else words

    @property
    def names_universe(self) -> bool:
        """Whether it is to be said where it was: the sentence itself does not."""
        return self.says_where and self._omits(self.universe_name, "universe", "scope", "access")

    @property
    def names_secret(self) -> bool:
        """Whether it is to be said which secret it was about: the sentence itself does not."""
        return self.says_where and self._omits(self.secret_name, "secret")

    def _omits(self, name: str, *places: str) -> bool:
        return bool(name) and not any(part.place in places for part in self.parts)

    @property
    def day(self) -> date | None:
        """The day on which it happened, in UTC."""
        return self.time.astimezone(UTC).date() if self.time else None


def unnamed(parts: list[Part]) -> list[Part]:
    """The sentence without the secret's name, or with “it” where it can't be read without."""
    found = [part for part in parts if part.text]
    place = next((at for at, part in enumerate(found) if part.place == "secret"), None)
    if place is None:
        return found
    before, after = found[:place], found[place + 1 :]
    if not before:
        words = "".join(part.text for part in after).lstrip()
        return [Part(words[:1].upper() + words[1:])]
    *before, last = before
    if last.text.endswith(" of "):
        return [*before, Part(last.text.removesuffix(" of "), last.place), *after]
    if after:
        return [*before, last, Part("it"), *after]
    return [*before, Part(last.text.rstrip(), last.place)]


def with_secret(event: EventView) -> EventView:
    """A refusal that says which secret it was about, where it says “secrets”."""
    *before, last = event.parts
    doing = last.text.removesuffix("secrets")
    if last.place != "permission" or not event.secret_name or doing == last.text:
        return event
    return replace(event, parts=[*before, Part(doing), Part(event.secret_name, "secret")])


def _duration(seconds: float) -> str:
    """A length of time, in the unit that fits it."""
    if seconds < SECONDS_IN_WORDS:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
