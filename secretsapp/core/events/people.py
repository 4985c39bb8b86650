"""What happens to accounts, invitations, passwords and sessions."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, refused, seen


class PersonEvent(Event):
    """People, and how they get in."""

    PERSON_CREATED = done("person.created", "created the account of {subject}", Verb.ADD)
    PERSON_DISABLED = done("person.disabled", "disabled the account of {subject}", Verb.ACCOUNT)
    PERSON_ENABLED = done("person.enabled", "enabled the account of {subject}", Verb.ACCOUNT)
    PERSON_CHANGED = done("person.changed", "changed the {fields} of {subject}", Verb.EDIT, INFO)
    PERSON_ADDRESS_ASKED = seen(
        "person.address_asked",
        "requested another address for the account of {subject}: {address}",
        Verb.EDIT,
        INFO,
    )
    PERSON_ADDRESS_CHANGED = done(
        "person.address_changed",
        "changed the address of {subject} from {before} to {after}",
        Verb.EDIT,
    )
    PERSON_LINK_MADE = done("person.link_made", "made a password link for {subject}", Verb.PASSWORD)
    PERSON_LINK_ASKED = seen(
        "person.link_asked",
        "requested a password link by mail for {subject}",
        Verb.PASSWORD,
        INFO,
    )
    PERSON_LINK_MAILED = done(
        "person.link_mailed", "mailed a password link to {subject}", Verb.PASSWORD, INFO
    )
    PERSON_WARNED = done(
        "person.warned",
        "warned {subject} by mail of {count:wrong password}",
        Verb.PASSWORD,
        INFO,
    )
    PERSON_PASSWORD_SET = done(
        "person.password_set", "set the password of {subject}", Verb.PASSWORD
    )
    PERSON_PASSWORD_CLOSED = done(
        "person.password_closed",
        "ended the password of {subject} until a new one is set",
        Verb.PASSWORD,
        WARNING,
    )
    PERSON_INVITED = done("person.invited", "invited {address}: {access}", Verb.GRANT)
    PERSON_INVITATION_SENT_AGAIN = done(
        "person.invitation_sent_again", "sent the invitation of {address} again", Verb.GRANT
    )
    PERSON_INVITATION_REVOKED = done(
        "person.invitation_revoked", "revoked the invitation of {address}", Verb.REVOKE
    )
    PERSON_INVITATION_ACCEPTED = done(
        "person.invitation_accepted", "accepted the invitation of {invited_by}", Verb.GRANT
    )
    PERSON_INVITATION_ENDED = seen(
        "person.invitation_ended",
        "Invitation of {address} ended: {reason}",
        Verb.REVOKE,
        INFO,
    )
    PERSON_SIGNED_IN = done("person.signed_in", "signed in", Verb.SIGN_IN, INFO)
    PERSON_SIGN_IN_RECOGNIZED = done(
        "person.sign_in_recognized",
        "recognized a sign-in from a new device",
        Verb.SIGN_IN,
        INFO,
    )
    PERSON_SIGN_IN_DISOWNED = done(
        "person.sign_in_disowned",
        "said that someone else signed in to the account of {subject}",
        Verb.SIGN_IN,
        WARNING,
    )
    PERSON_SIGNED_OUT = done("person.signed_out", "signed out", Verb.SIGN_IN, INFO)
    PERSON_SESSIONS_ENDED = done(
        "person.sessions_ended", "ended {count:session} of {subject}", Verb.SIGN_IN, INFO
    )
    PERSON_FACTOR_ADDED = done("person.factor_added", "added {factor} for {subject}", Verb.PASSWORD)
    PERSON_FACTOR_REMOVED = done(
        "person.factor_removed", "removed {factor} of {subject}", Verb.PASSWORD
    )
    PERSON_FACTOR_RENAMED = done(
        "person.factor_renamed", "renamed a second factor of {subject}: {factor}", Verb.EDIT, INFO
    )
    PERSON_FACTORS_RESET = done(
        "person.factors_reset", "reset the second factors of {subject}", Verb.PASSWORD
    )
    PERSON_IDENTITY_CONNECTED = done(
        "person.identity_connected",
        "connected an account at {provider} to {subject}",
        Verb.PASSWORD,
    )
    PERSON_IDENTITY_DISCONNECTED = done(
        "person.identity_disconnected",
        "disconnected the account at {provider} from {subject}",
        Verb.PASSWORD,
    )
    PERSON_FACTOR_REQUIRED = done(
        "person.factor_required",
        "required a second factor of {what} from {since} on",
        Verb.PASSWORD,
    )
    PERSON_FACTOR_OPTIONAL = done(
        "person.factor_optional", "stopped requiring a second factor of {what}", Verb.PASSWORD
    )
    PERSON_SECOND_FACTOR_FAILED = refused(
        "person.second_factor_failed", "Wrong second factor for {subject}, after the right password"
    )
    PERSON_SIGN_IN_FAILED = refused("person.sign_in_failed", "Failed sign-in for {subject}")
    CODE_REFUSED = refused("code.refused", "was denied: a one-time code didn’t work")
