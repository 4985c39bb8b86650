"""What happens to the channels by which others are told of events."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, seen


class ChannelEvent(Event):
    """Channels; what was delivered to them is no event, as it would be told to them again."""

    CHANNEL_ADDED = done("channel.added", "added the channel {subject}", Verb.ADD)
    CHANNEL_CHANGED = done(
        "channel.changed", "changed the {fields} of the channel {subject}", Verb.EDIT
    )
    CHANNEL_REMOVED = done("channel.removed", "removed the channel {subject}", Verb.REMOVE, WARNING)
    CHANNEL_TESTED = seen(
        "channel.tested", "tested the channel {subject}: {result}", Verb.TEST, INFO
    )
    CHANNEL_PAUSED = seen(
        "channel.paused", "Channel {subject} paused: {reason}", Verb.TEST, WARNING
    )
    CHANNEL_TURNED_OFF = done(
        "channel.turned_off", "turned off the channel {subject}", Verb.EDIT, WARNING
    )
    CHANNEL_RESUMED = done("channel.resumed", "resumed the channel {subject}", Verb.EDIT)
    CHANNEL_SKIPPED = done(
        "channel.skipped",
        "skipped {count:event} in the channel {subject}",
        Verb.REMOVE,
        WARNING,
    )
