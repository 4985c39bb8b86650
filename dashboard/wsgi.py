"""The entry point for a web server: `gunicorn dashboard.wsgi`."""

import os
import sys
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from dashboard import dumps
from dashboard.content_type import in_utf8

# To gunicorn it is an application that cannot be loaded: it ends, and does not try again forever.
CANNOT_START = 4


def _refuse(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.exit(CANNOT_START)


dumps.switch_off()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

try:
    application = in_utf8(get_wsgi_application())
except ImproperlyConfigured as _refusal:
    _refuse(str(_refusal))

# The product can be asked whether it may start only once Django is set up.
from secretsapp.adapters.checks import start_refusal  # noqa: E402 - Django must be set up first
from secretsapp.adapters.logs import report_mistakes  # noqa: E402 - as before

try:
    report_mistakes()
except ImproperlyConfigured as _refusal:
    _refuse(str(_refusal))

if _sentence := start_refusal():
    _refuse(_sentence)
