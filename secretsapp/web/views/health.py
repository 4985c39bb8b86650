"""What machines ask: whether Sealroom is alive, whether it can serve, and its numbers."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from secretsapp.operation import metrics as numbers
from secretsapp.operation import readiness
from secretsapp.operation.readiness import Word
from secretsapp.rules import exposition
from secretsapp.web import bearer


@login_not_required
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers; nothing is asked for that."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether everything is in place to serve, and which part is not."""
    checks = readiness.check()
    is_ready = all(word is Word.OK for word in checks.values())
    answer = JsonResponse({"ready": is_ready, "checks": checks}, status=200 if is_ready else 503)
    # It is asked every few seconds, and by strangers: Django would log each no as an error.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


# Where there are no metrics this must look like any address that does not exist, whatever is sent
# to it; so nothing is refused before that. It changes nothing.
@csrf_exempt
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for who has the token; without one in the settings there are none."""
    if not settings.METRICS_TOKEN:
        raise Http404
    return _metrics(request)


@require_safe
def _metrics(request: HttpRequest) -> HttpResponse:
    if not bearer.has_token(request, settings.METRICS_TOKEN):
        return bearer.challenge("metrics", "METRICS_TOKEN")
    return HttpResponse(exposition.of(numbers.measures()), content_type=exposition.CONTENT_TYPE)
