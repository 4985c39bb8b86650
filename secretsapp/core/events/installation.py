"""What happens to the installation as a whole: set-up, backups and the log itself."""

from secretsapp.core.events.kinds import INFO, WARNING, Event, Verb, done, refused


class InstallationEvent(Event):
    """Set-up, backups and the log."""

    INSTALLATION_SET_UP = done("installation.set_up", "set up this installation", Verb.SET_UP)
    INSTALLATION_CODE_ISSUED = done(
        "installation.code_issued",
        "created the one-time code for the first admin account",
        Verb.SET_UP,
    )
    INSTALLATION_CLAIMED = done(
        "installation.claimed",
        "created the first admin account with the one-time code",
        Verb.SET_UP,
    )
    INSTALLATION_RESTORED = done(
        "installation.restored",
        "restored this installation from a backup of {count:event}",
        Verb.SET_UP,
        WARNING,
    )
    BACKUP_MADE = done("backup.made", "made a backup of {count:event}", Verb.READ)
    LOG_GUARDED = done(
        "log.guarded",
        "found missing guards of the audit log and put them back: {fields}",
        Verb.SET_UP,
        WARNING,
    )
    LOG_EXPORTED = done(
        "log.exported", "exported {count:event} of the audit log as {format}", Verb.READ
    )
    LOG_COUNTED = refused(
        "log.counted", "counted {count} more {what} since {since}, from {networks:network}"
    )
    LOG_SEARCH_SAVED = done(
        "log.search_saved", "saved the search {name} of the audit log", Verb.ADD, INFO
    )
    LOG_SEARCH_DELETED = done(
        "log.search_deleted", "deleted the saved search {name}", Verb.REMOVE, INFO
    )
