"""A bare Django project, as `django-admin startproject` makes one: what starting one costs.

`gunicorn benchmarks.bare.project` serves it, and `python -m benchmarks.bare.project` is a process
of its own that says a word when it is ready and then rests.
"""

import os
import signal
import sys

import django
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare.settings"


def alive(request: HttpRequest) -> HttpResponse:
    """Say that it is there."""
    return HttpResponse("alive")


urlpatterns = [path("healthz", alive)]

application = get_wsgi_application()

if __name__ == "__main__":
    sys.stdout.write(f"Django {django.get_version()} is ready.\n")
    sys.stdout.flush()
    signal.pause()
