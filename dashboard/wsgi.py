"""The entry point for a web server: `gunicorn dashboard.wsgi`."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from dashboard.content_type import in_utf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = in_utf8(get_wsgi_application())

# The product can be asked whether it may start only once Django is set up.
from secretsapp.checks import start_refusal  # noqa: E402 - Django must be set up first

if refusal := start_refusal():
    sys.exit(refusal)
