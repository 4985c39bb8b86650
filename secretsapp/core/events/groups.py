"""What changes in Roblox groups, so that other people may change secrets."""

from secretsapp.core.events.kinds import NOTICE, WARNING, Event, Verb, done, seen


class GroupEvent(Event):
    """Roblox groups that own universes here."""

    GROUP_OWNER_CHANGED = seen(
        "group.owner_changed", "The group {name} has a new owner: {after}", Verb.ELSEWHERE, WARNING
    )
    GROUP_ROLE_ADDED = seen(
        "group.role_added", "The group {name} has a new role: {role}", Verb.ELSEWHERE, WARNING
    )
    GROUP_ROLE_CHANGED = seen(
        "group.role_changed",
        "The role {role} of the group {name} was changed: {what}",
        Verb.ELSEWHERE,
        NOTICE,
    )
    GROUP_REVIEWED = done(
        "group.reviewed", "marked {count:change} of the group {name} as reviewed", Verb.ACCEPT
    )
