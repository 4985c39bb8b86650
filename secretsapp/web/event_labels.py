"""What the pages of the audit log call verbs and results, and how they mark them."""

from dataclasses import dataclass

from secretsapp.core.event_kinds import Result, Verb


@dataclass(frozen=True)
class VerbLabel:
    """The word for a verb; `tone` is the class of the dot before it, in the style sheet."""

    word: str
    tone: str


@dataclass(frozen=True)
class ResultLabel:
    """The word beside an event and its icon, and the `choice` in the filter, if there is one."""

    word: str
    icon: str
    choice: str


# None is the verb of an event that this version does not know.
VERB_LABELS: dict[Verb | None, VerbLabel] = {
    Verb.ADD: VerbLabel("add", "made"),
    Verb.CREATE: VerbLabel("create", "made"),
    Verb.GRANT: VerbLabel("grant", "made"),
    Verb.SET_UP: VerbLabel("set-up", "made"),
    Verb.EDIT: VerbLabel("edit", "changed"),
    Verb.REPLACE: VerbLabel("replace", "changed"),
    Verb.ROTATE: VerbLabel("rotate", "changed"),
    Verb.DELETE: VerbLabel("delete", "gone"),
    Verb.REMOVE: VerbLabel("remove", "gone"),
    Verb.REVOKE: VerbLabel("revoke", "gone"),
    Verb.ELSEWHERE: VerbLabel("elsewhere", "warned"),
    Verb.REFUSE: VerbLabel("refused", "warned"),
    Verb.ACCEPT: VerbLabel("accept", "quiet"),
    Verb.ACCOUNT: VerbLabel("account", "quiet"),
    Verb.PASSWORD: VerbLabel("password", "quiet"),
    Verb.READ: VerbLabel("read", "quiet"),
    Verb.SIGN_IN: VerbLabel("sign-in", "quiet"),
    Verb.TEST: VerbLabel("test", "quiet"),
    None: VerbLabel("other", "quiet"),
}

RESULT_LABELS = {
    Result.STARTED: ResultLabel("Started", "clock", choice=""),
    Result.SUCCEEDED: ResultLabel("Succeeded", "check", choice="Succeeded"),
    Result.FAILED: ResultLabel("Failed", "close", choice="Failed"),
    Result.UNKNOWN: ResultLabel("Unknown", "question", choice="Outcome unknown"),
    Result.REFUSED: ResultLabel("Refused", "stop", choice="Refused"),
}
