"""Core dumps: what a process has in memory, values and keys among it, is written nowhere."""

import resource

# One byte has no room for a file. It is also the one limit at which Linux hands nothing to a
# program that collects dumps (core(5)): at 0 it still does.
NOTHING = 1


def switch_off() -> None:
    """Let this process, and all that it starts, leave nothing behind when it dies."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if most == 0 else NOTHING
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
