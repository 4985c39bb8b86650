"""What happens to API keys, and to the keys of the installation."""

from secretsapp.core.events.kinds import INFO, NOTICE, WARNING, Event, Verb, done, seen


class KeyEvent(Event):
    """Keys of Roblox and of this installation."""

    API_KEY_ADDED = done("api_key.added", "added the API key {subject}", Verb.ADD)
    API_KEY_REPLACED = done("api_key.replaced", "replaced the API key {subject}", Verb.REPLACE)
    API_KEY_CHANGED = done(
        "api_key.changed", "changed the {fields} of the API key {subject}", Verb.EDIT
    )
    API_KEY_REMOVED = done("api_key.removed", "removed the API key {subject}", Verb.REMOVE)
    API_KEY_TESTED = seen(
        "api_key.tested", "tested the API key {subject}: {result}", Verb.TEST, INFO
    )
    API_KEY_FAILING = seen(
        "api_key.failing", "The API key {subject} doesn’t work: {result}", Verb.TEST, WARNING
    )
    API_KEY_WORKING = seen(
        "api_key.working", "The API key {subject} works again", Verb.TEST, NOTICE
    )
    API_KEY_ENDING = seen(
        "api_key.ending", "The API key {subject} expires soon, on {end}", Verb.TEST, WARNING
    )
    API_KEY_FIXED = done(
        "api_key.fixed", "said that the API key {subject} was changed at Roblox", Verb.EDIT
    )
    API_KEY_OLD_DELETED = done(
        "api_key.old_deleted",
        "said that the key before {subject} was deleted at Roblox",
        Verb.REMOVE,
    )
    API_KEY_CONNECTED = done("api_key.connected", "connected Roblox as {subject}", Verb.ADD)
    API_KEY_RECONNECTED = done("api_key.reconnected", "connected {subject} again", Verb.REPLACE)
    API_KEY_DISCONNECTED = done("api_key.disconnected", "disconnected {subject}", Verb.REMOVE)
    API_KEY_LOST = seen(
        "api_key.lost", "The connection {subject} with Roblox is lost", Verb.TEST, WARNING
    )
    MASTER_KEY_ROTATED = done(
        "master_key.rotated", "re-encrypted {count:API key} with the master key {key}", Verb.REPLACE
    )
    MASTER_KEY_ADDED = done("master_key.added", "added the master key {key}", Verb.ADD)
    MASTER_KEY_DROPPED = done(
        "master_key.dropped",
        "dropped the master key {key} and ended {count:session}",
        Verb.REMOVE,
        WARNING,
    )
    AUDIT_KEY_ADDED = done("audit_key.added", "added the audit key {key}", Verb.ADD)
    AUDIT_KEY_ROTATED = done(
        "audit_key.rotated",
        "started to authenticate the log with the audit key {key}",
        Verb.REPLACE,
    )
    AUDIT_KEY_DROPPED = done(
        "audit_key.dropped", "dropped the unused audit key {key}", Verb.REMOVE, WARNING
    )
    CHECKPOINT_KEY_ADDED = done("checkpoint_key.added", "added the checkpoint key {key}", Verb.ADD)
    CHECKPOINT_KEY_ROTATED = done(
        "checkpoint_key.rotated",
        "started to sign checkpoints with the checkpoint key {key}",
        Verb.REPLACE,
    )
    CHECKPOINT_KEY_DROPPED = done(
        "checkpoint_key.dropped", "dropped the checkpoint key {key}", Verb.REMOVE, WARNING
    )
