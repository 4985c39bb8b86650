"""The bare list for a web server: `gunicorn benchmarks.bare.wsgi`.

The product's own database and templates, and nothing between a request and its view.
"""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402

# Afterwards, because allauth will not start without its own.
settings.MIDDLEWARE = []
settings.ROOT_URLCONF = "benchmarks.bare.urls"

application = WSGIHandler()
