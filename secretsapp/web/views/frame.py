"""What surrounds every page: the theme and the keys, which are chosen for one browser."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from secretsapp.web.views.long_lists import came_from

THEMES = ("light", "dark")
YEAR_SECONDS = 365 * 24 * 3600


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme in this browser; anything but a theme means the system's own."""
    return _chosen(request, "theme", THEMES)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Keep in this browser that single keys are off; anything else turns them on."""
    return _chosen(request, "shortcuts", ("off",))


def _chosen(request: HttpRequest, name: str, choices: tuple[str, ...]) -> HttpResponse:
    """Keep what was chosen in a cookie of that name; whatever is no choice ends it."""
    response = HttpResponseRedirect(came_from(request, "/"))
    chosen = request.POST.get(name, "")
    if chosen in choices:
        response.set_cookie(
            name,
            chosen,
            max_age=YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    elif request.method == "POST":
        response.delete_cookie(name, samesite="Lax")
    return response
