"""A bare Django project, as `django-admin startproject` makes one: what starting one costs.

`gunicorn benchmarks.bare.project` serves it, and `python -m benchmarks.bare.project` is a process
of its own that says a word when it is ready and then rests.
"""

import secrets
import signal
import sys

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    ROOT_URLCONF=__name__,
    SECRET_KEY=secrets.token_urlsafe(48),
    USE_TZ=True,
)


def alive(request: HttpRequest) -> HttpResponse:
    """Say that it is there."""
    return HttpResponse("alive")


urlpatterns = [path("healthz", alive)]

application = get_wsgi_application()

if __name__ == "__main__":
    sys.stdout.write(f"Django {django.get_version()} is ready.\n")
    sys.stdout.flush()
    signal.pause()
