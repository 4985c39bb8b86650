"""The form that publishes a place: which, its file, and what becomes of the version."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from secretsapp.core import place_files
from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.place_files import PlaceFile
from secretsapp.web.forms.fields import QUIET, mono_input

PUBLISHED, SAVED = "Published", "Saved"
_BECOMES = [
    (PUBLISHED, "Published: servers that start from now on have it"),
    (SAVED, "Saved: it is only in the version history, for Studio"),
]


class PublishForm(forms.Form):
    """A place file, and what it is for."""

    place = forms.IntegerField(
        label="Place ID",
        min_value=1,
        max_value=UNIVERSE_ID_LIMIT,
        widget=mono_input(inputmode="numeric", list="places"),
        help_text="In the Creator Dashboard, open the place’s menu and choose Copy Place ID.",
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            "Enter the ID of a place: digits only.",
        ),
    )
    file = forms.FileField(
        label="Place file",
        allow_empty_file=True,
        widget=forms.FileInput({"class": "form-control", "accept": ".rbxl,.rbxlx"}),
        help_text=".rbxl or .rbxlx with at most 10 MiB. Sealroom sends it on and doesn’t keep it.",
        error_messages={"required": "Choose a file."},
    )
    becomes = forms.ChoiceField(
        label="The new version is",
        choices=_BECOMES,
        widget=forms.RadioSelect(QUIET | {"class": "form-check-input"}),
        error_messages={"required": "Choose what the version becomes."},
    )
    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None",
        *,
        is_too_large: bool,
    ) -> None:
        super().__init__(data, files)
        if is_too_large:
            self.fields["file"].error_messages["required"] = place_files.TOO_LARGE

    def clean_file(self) -> PlaceFile:
        """The file, if it is one that Roblox takes."""
        try:
            return place_files.read(self.cleaned_data["file"].read())
        except InvalidInput as refusal:
            raise ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        """Whether players get the version, in a word that is easy to ask."""
        found = super().clean() or {}
        found["is_published"] = found.get("becomes") == PUBLISHED
        return found
