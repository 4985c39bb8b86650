"""What happens to grants, requests, reviews and teams, and what was refused or exported."""

from secretsapp.core.events.kinds import INFO, NOTICE, Event, Verb, done, refused, seen


class AccessEvent(Event):
    """Who was granted, asked for or refused what."""

    GRANT_GIVEN = done("grant.given", "granted {subject} {role} in {scope}", Verb.GRANT)
    GRANT_CHANGED = done("grant.changed", "changed {subject} to {role} in {scope}", Verb.GRANT)
    GRANT_REVOKED = done(
        "grant.revoked", "revoked the role {role} of {subject} in {scope}", Verb.REVOKE
    )
    GRANT_KEPT = done("grant.kept", "kept the role {role} of {subject} in {scope}", Verb.GRANT)
    GRANT_RENEWED = done(
        "grant.renewed", "extended the role {role} of {subject} in {scope}", Verb.GRANT
    )
    GRANT_END_CONFIRMED = done(
        "grant.end_confirmed",
        "decided that the role {role} of {subject} in {scope} is to end",
        Verb.ACCEPT,
        INFO,
    )
    REVIEW_STARTED = done(
        "review.started", "started a review of {count:grant} in {scope}", Verb.ACCEPT
    )
    REVIEW_ENDED = seen(
        "review.ended",
        "The review of access in {scope} ended: {count:grant} unanswered",
        Verb.ACCEPT,
        NOTICE,
    )
    REVIEW_STOPPED = done(
        "review.stopped", "stopped the review of access in {scope} from coming back", Verb.ACCEPT
    )
    ACCESS_REQUESTED = done(
        "access.requested", "requested the role {role} in {scope}", Verb.REQUEST
    )
    ACCESS_APPROVED = done(
        "access.approved", "approved the request of {subject} for {role} in {scope}", Verb.GRANT
    )
    ACCESS_DECLINED = done(
        "access.declined", "declined the request of {subject} for {role} in {scope}", Verb.REQUEST
    )
    ACCESS_WITHDRAWN = done(
        "access.withdrawn", "withdrew the request for {role} in {scope}", Verb.REQUEST, INFO
    )
    ACCESS_LAPSED = seen(
        "access.lapsed",
        "The request of {subject} for {role} in {scope} lapsed",
        Verb.REQUEST,
        INFO,
    )
    ACCESS_EXPORTED = done("access.exported", "exported {what}", Verb.READ)
    ACCESS_REFUSED = refused("access.refused", "was denied {permission:ing}")
    TEAM_CREATED = done("team.created", "created the team {subject}", Verb.ADD)
    TEAM_CHANGED = done("team.changed", "changed the {fields} of the team {subject}", Verb.EDIT)
    TEAM_DELETED = done("team.deleted", "deleted the team {subject}", Verb.DELETE)
    TEAM_MEMBER_ADDED = done("team.member_added", "added {subject} to the team {team}", Verb.GRANT)
    TEAM_MEMBER_REMOVED = done(
        "team.member_removed", "removed {subject} from the team {team}", Verb.REVOKE
    )
    TEAM_MEMBER_LEFT = done("team.member_left", "left the team {team}", Verb.REVOKE)
