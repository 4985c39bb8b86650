"""The settings of processes that tests start: those of service, and passwords hashed quickly.

What hashes as in service is the demo, and what starts an installation from nothing.
"""

from dashboard.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
