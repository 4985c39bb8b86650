"""What the pages of the audit log call verbs and results, and how they mark them."""

from dataclasses import dataclass

from secretsapp.core.events.kinds import Result, Verb


@dataclass(frozen=True)
class VerbLabel:
    """The word for a verb; `tone` is the class of the dot before it, in the style sheet."""

    word: str
    tone: str


@dataclass(frozen=True)
class ResultLabel:
    """The word beside an event, its icon and tone, and the `choice` in the filter, if any."""

    word: str
    icon: str
    choice: str
    tone: str = ""


# None is the verb of an event that this version does not know.
VERB_LABELS: dict[Verb | None, VerbLabel] = {
    Verb.ADD: VerbLabel("add", "made"),
    Verb.CREATE: VerbLabel("create", "made"),
    Verb.GRANT: VerbLabel("grant", "made"),
    Verb.REQUEST: VerbLabel("request", "quiet"),
    Verb.SET_UP: VerbLabel("set-up", "made"),
    Verb.EDIT: VerbLabel("edit", "changed"),
    Verb.REPLACE: VerbLabel("replace", "changed"),
    Verb.ROTATE: VerbLabel("rotate", "changed"),
    Verb.DELETE: VerbLabel("delete", "gone"),
    Verb.REMOVE: VerbLabel("remove", "gone"),
    Verb.REVOKE: VerbLabel("revoke", "gone"),
    Verb.ELSEWHERE: VerbLabel("outside", "warned"),
    Verb.REFUSE: VerbLabel("denied", "warned"),
    Verb.ACCEPT: VerbLabel("review", "quiet"),
    Verb.ACCOUNT: VerbLabel("account", "quiet"),
    Verb.PASSWORD: VerbLabel("password", "quiet"),
    Verb.READ: VerbLabel("read", "quiet"),
    Verb.SIGN_IN: VerbLabel("sign-in", "quiet"),
    Verb.TEST: VerbLabel("test", "quiet"),
    Verb.PROPOSE: VerbLabel("propose", "quiet"),
    Verb.DECIDE: VerbLabel("decide", "quiet"),
    Verb.FORCE: VerbLabel("without approval", "warned"),
    Verb.PROTECT: VerbLabel("protect", "changed"),
    Verb.PROVE: VerbLabel("proof", "quiet"),
    Verb.RESTART: VerbLabel("restart", "changed"),
    Verb.PUBLISH: VerbLabel("publish", "changed"),
    Verb.DUE: VerbLabel("due", "warned"),
    None: VerbLabel("other", "quiet"),
}

RESULT_LABELS = {
    Result.STARTED: ResultLabel("Open", "clock", choice="", tone="amber"),
    Result.SUCCEEDED: ResultLabel("Succeeded", "check", choice="Succeeded"),
    Result.FAILED: ResultLabel("Failed", "close", choice="Failed", tone="red"),
    Result.UNKNOWN: ResultLabel("Unknown", "question", choice="Outcome unknown", tone="amber"),
    Result.REFUSED: ResultLabel("Denied", "stop", choice="Denied", tone="amber"),
}

# What the tones of the dots say, in the order of the legend.
TONES = {
    "made": "Created or granted",
    "changed": "Changed",
    "gone": "Deleted or revoked",
    "warned": "Needs a look",
    "quiet": "Other",
}

# What the details of an event are called, where their own name in words isn't what pages say.
DETAIL_LABELS = {"pattern": "Secrets", "until": "Expires"}
# What they are where they are empty: a grant says all that it could say.
DETAIL_EMPTY = {"pattern": "All secrets", "until": "Never"}
DETAIL_TIMES = frozenset({"ends", "until"})

# What the filter calls an event, by its tag or by the beginning that several tags share.
EVENT_CHOICES: dict[str, dict[str, str]] = {
    "Secrets": {
        "secret": "Any secret event",
        "secret.create": "Secret created",
        "secret.rotate": "Secret rotated",
        "secret.delete": "Secret deleted",
        "secret.details": "Secret details changed",
        "secret.policy": "Due date of a secret set",
        "secret.snoozed": "Secret snoozed",
        "secret.due_soon": "Secret due soon",
        "secret.due": "Secret due",
        "secret.overdue": "Secret overdue",
        "secret.absence": "Missing secret not needed, or needed again",
        "secret.change.forced": "Secret changed without approval",
        "secret.drift": "Secret changed outside Sealroom",
        "secret.drift.acknowledged": "Change outside reviewed",
    },
    "Proposals": {
        "proposal": "Any decision about a proposal",
        "proposal.approved": "Proposal approved",
        "proposal.declined": "Proposal declined",
        "proposal.withdrawn": "Proposal withdrawn",
        "proposal.lapsed": "Proposal lapsed",
        "proposal.altered": "Proposal altered in the database",
    },
    "Batches": {
        "batch": "Any batch event",
        "batch.started": "Batch started",
        "batch.ended": "Batch ended",
        "batch.incomplete": "Batch ended, not all changed",
        "batch.paused": "Batch paused",
        "batch.halted": "Batch paused by Sealroom",
        "batch.resumed": "Batch resumed",
        "batch.retried": "Batch tried again",
        "batch.forgotten": "Batch cancelled after a week’s pause",
        "batch.cancelled": "Batch cancelled",
    },
    "Access": {
        "grant": "Any access event",
        "grant.given": "Access granted",
        "grant.changed": "Access changed",
        "grant.revoked": "Access revoked",
        "grant.renewed": "Access extended",
        "grant.end_confirmed": "End of access confirmed",
        "access.requested": "Access requested",
        "access.approved": "Request approved",
        "access.declined": "Request declined",
        "access.withdrawn": "Request withdrawn",
        "access.lapsed": "Request lapsed",
        "access.exported": "Access exported",
        "access.refused": "Action denied",
        "review": "Any review event",
        "review.started": "Review started",
        "review.ended": "Review ended",
        "review.stopped": "Review stopped",
    },
    "Teams": {
        "team": "Any team event",
        "team.created": "Team created",
        "team.changed": "Team changed",
        "team.deleted": "Team deleted",
        "team.member_added": "Person added to a team",
        "team.member_removed": "Person removed from a team",
        "team.member_left": "Person left a team",
    },
    "Rotation policies": {
        "policy": "Any policy event",
        "policy.set": "Rotation policy set",
        "policy.removed": "Rotation policy removed",
    },
    "Universes": {
        "universe": "Any universe event",
        "universe.added": "Universe added",
        "universe.changed": "Universe changed",
        "universe.removed": "Universe removed",
        "universe.protected": "Universe protected",
        "universe.unprotected": "Protection removed",
        "universe.unprotect": "Removal of protection proposed or forced",
        "universe.baseline": "First sync",
        "universe.exported": "List of secrets exported",
        "universe.names_exported": "Names to fill exported",
        "universe.key_changed": "Roblox’s public key changed",
    },
    "Groups": {
        "group": "Any group event",
        "group.owner_changed": "New owner of a group",
        "group.role_added": "New role in a group",
        "group.role_changed": "Role of a group changed",
        "group.reviewed": "Changes of a group reviewed",
    },
    "API keys": {
        "api_key": "Any API key event",
        "api_key.added": "API key added",
        "api_key.replaced": "API key replaced",
        "api_key.changed": "API key changed",
        "api_key.removed": "API key removed",
        "api_key.tested": "API key tested",
        "api_key.connected": "Roblox connected with OAuth",
        "api_key.disconnected": "OAuth connection removed",
        "api_key.lost": "OAuth connection lost",
    },
    "Channels": {
        "channel": "Any channel event",
        "channel.added": "Channel added",
        "channel.changed": "Channel changed",
        "channel.removed": "Channel removed",
        "channel.tested": "Channel tested",
        "channel.paused": "Channel paused",
        "channel.turned_off": "Channel turned off",
        "channel.resumed": "Channel resumed",
        "channel.skipped": "Events skipped in a channel",
    },
    "People": {
        "person": "Any account event",
        "person.signed_in": "Signed in",
        "person.signed_out": "Signed out",
        "person.sign_in_recognized": "New sign-in recognized",
        "person.sign_in_disowned": "Sign-in by someone else reported",
        "person.sign_in_failed": "Sign-in failed",
        "person.second_factor_failed": "Second factor failed",
        "person.sessions_ended": "Sessions ended",
        "person.created": "Account created",
        "person.changed": "Account changed",
        "person.address_asked": "New address requested",
        "person.address_changed": "Address changed",
        "person.disabled": "Account disabled",
        "person.enabled": "Account enabled",
        "person.password_set": "Password set",
        "person.password_closed": "Password ended",
        "person.factor_added": "Second factor added",
        "person.factor_renamed": "Second factor renamed",
        "person.factor_removed": "Second factor removed",
        "person.factors_reset": "Second factors reset",
        "person.factor_required": "Second factor required",
        "person.factor_optional": "Second factor no longer required",
        "person.invited": "Invited",
        "person.invitation_sent_again": "Invitation sent again",
        "person.invitation_accepted": "Invitation accepted",
        "person.invitation_revoked": "Invitation revoked",
        "person.invitation_ended": "Invitation ended",
        "person.link_made": "Password link created",
        "person.link_asked": "Password link requested",
        "person.link_mailed": "Password link sent",
        "person.warned": "Warning of wrong passwords sent",
        "code.refused": "One-time code denied",
    },
    "Set-up, backups and keys": {
        "installation": "Set up, or restored from a backup",
        "backup": "Backup made",
        "master_key": "Master key changed",
        "audit_key": "Audit key changed",
        "checkpoint_key": "Checkpoint key changed",
    },
    "Audit log": {
        "log.broken": "Audit log found broken",
        "witness.alarm": "Witness has seen another log",
        "log.guarded": "Protection of the audit log restored",
        "checkpoint.made": "Checkpoint signed",
        "evidence.made": "Evidence made",
        "audit.archived": "Events archived",
        "log.exported": "Audit log exported",
        "witness": "Any witness event",
        "log.counted": "Repeated denials counted",
        "log.search_saved": "Search of the log saved",
        "log.search_deleted": "Search of the log deleted",
    },
}
EVENT_WORDS = {value: words for group in EVENT_CHOICES.values() for value, words in group.items()}
