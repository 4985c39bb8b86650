"""The parts that pages are built from, in their states: for who builds pages, and tests."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from secretsapp.core.times import DAY, HOUR, MONTH, WEEK
from secretsapp.models import Universe
from secretsapp.models.universes import Environment
from secretsapp.web.checklist import Step
from secretsapp.web.icons import drawings
from secretsapp.web.tabs import Tab

PEOPLE = (
    *("Ann Berg", "Ben Otero", "Chidi Eze", "Dana Levi", "Emre Kaya", "Fatima Noor"),
    *("Goro Ito", "Hana Kim"),
)
AGES = (HOUR, DAY, 2 * DAY, 2 * WEEK, 3 * MONTH)


class ExampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(help_text="Case-sensitive.")
    environment = forms.ChoiceField(
        choices=Environment.choices, widget=forms.RadioSelect, required=False
    )
    owner = forms.ChoiceField(choices=[("", "No owner"), ("ann", "Ann Berg")], required=False)
    until = forms.DateField(
        label="Expires", widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    is_sure = forms.BooleanField(label="Use as typed", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("name", "until"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["owner"].widget.attrs["class"] = "form-select"
        for name in ("environment", "is_sure"):
            self.fields[name].widget.attrs["class"] = "form-check-input"


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every part in every state; there is no such page in production."""
    if not settings.STYLEGUIDE:
        raise Http404
    now = timezone.now()
    context = {
        "universes": [
            Universe(pk=number, name=f"Harbor {words}", environment=environment)
            for number, (environment, words) in enumerate(Environment.choices, 1)
        ],
        "form": ExampleForm(),
        "refused": ExampleForm({}, auto_id="refused_%s"),
        "tabs": [
            Tab("secrets", "Secrets", "#tabs", 11),
            Tab("access", "Access", "#tabs"),
            Tab("audit", "Activity", "#tabs"),
            Tab("settings", "Settings", "#tabs"),
        ],
        "steps": [
            Step("Create your account", is_done=True),
            Step("Store an API key", is_done=True),
            Step("Add a universe", address="#empty"),
            Step("Create the first secret"),
        ],
        "people": [(f"{name.split()[0].lower()}@example.com", name) for name in PEOPLE],
        "times": [now - age for age in AGES],
        "icons": sorted(drawings()),
    }
    return render(request, "styleguide/styleguide.html", context)
