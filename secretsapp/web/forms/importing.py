"""The form of an import: universes, a file or text, and what is chosen in its preview."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from secretsapp.core import input_rules, labels
from secretsapp.core.errors import InvalidInput, NotFound
from secretsapp.core.imports.decoding import MOST_BYTES
from secretsapp.core.imports.rows import Form
from secretsapp.models import Universe
from secretsapp.web.forms.fields import QUIET, UnshownTextarea, mono_input, text_input

PREVIEW, CONFIRM = "preview", "import"
_FORMS = [("", "Detect automatically"), (Form.ENV, ".env"), (Form.JSON, "JSON"), (Form.CSV, "CSV")]
_ROW = re.compile(r"[0-9]{1,4}")
_HOST_OF_ROW = re.compile(r"host-([0-9]{1,4})")


class UnshownTextField(forms.CharField):
    """Text with values in it, which is never shown again."""

    def __init__(self) -> None:
        attributes = QUIET | {"class": "form-control masked mono", "rows": "5", "wrap": "off"}
        super().__init__(
            label="Or paste the text",
            required=False,
            strip=False,
            widget=UnshownTextarea(attributes),
        )

    def bound_data(self, data: Any, initial: Any) -> None:
        """Nothing is shown again."""


class UniversesField(forms.MultipleChoiceField):
    """Universes by their ids, also others than those to choose from."""

    def validate(self, value: list[str]) -> None:
        """Each is looked up by the form."""


class ImportForm(forms.Form):
    """What is imported, and where; `find` finds universes by their ids.

    The ticks and hosts of the preview have the numbers of its rows in their names.
    """

    universe = UniversesField(
        label="Universes",
        required=False,
        widget=forms.CheckboxSelectMultiple(QUIET | {"class": "form-check-input"}),
    )
    others = forms.CharField(
        label="Other universes",
        required=False,
        widget=text_input(maxlength="1000", inputmode="numeric"),
        help_text="Their IDs, with commas between them.",
    )
    file = forms.FileField(
        label="File",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput({"class": "form-control", "data-most": str(MOST_BYTES)}),
        help_text=".env, JSON or CSV with at most 1 MB and 500 names. It isn’t kept.",
    )
    text = UnshownTextField()
    format = forms.ChoiceField(
        label="Format",
        choices=_FORMS,
        required=False,
        widget=forms.Select(QUIET | {"class": "form-select"}),
    )
    host = forms.CharField(
        label="Allowed host of new secrets",
        required=False,
        widget=mono_input(placeholder="api.example.com"),
        help_text="For the rows that have none of their own.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        widget=text_input(maxlength=str(labels.REASON_LIMIT)),
        help_text="Optional. It stays in the audit log.",
    )
    content_mark = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    plan_mark = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        data: MultiValueDict[str, str] | None,
        files: "MultiValueDict[str, UploadedFile[Any]] | None",
        *,
        universes: Sequence[Universe],
        find: Callable[[list[int]], list[Universe]],
        is_all: bool,
        chosen: Sequence[int] = (),
    ) -> None:
        super().__init__(data, files, initial={"universe": [str(pk) for pk in chosen]})
        self._find = find
        choices = [(str(each.pk), each.name_and_environment) for each in universes]
        self.fields["universe"].choices = choices  # type: ignore[attr-defined]  # has choices
        if is_all:
            del self.fields["others"]

    @property
    def is_confirmed(self) -> bool:
        """Whether the button that imports was pressed."""
        return self.data.get("step") == CONFIRM

    @property
    def rows(self) -> set[int]:
        """The numbers of the rows that are ticked."""
        sent = self.data.getlist("row") if isinstance(self.data, MultiValueDict) else []
        return {int(text) for text in sent if _ROW.fullmatch(text)}

    @property
    def hosts(self) -> Mapping[int, str]:
        """The allowed hosts that were typed, by the numbers of their rows."""
        found = ((_HOST_OF_ROW.fullmatch(name), str(self.data[name])) for name in self.data)
        return {int(match[1]): typed for match, typed in found if match}

    def clean_reason(self) -> str:
        """The reason, if it can be stored."""
        reason: str = self.cleaned_data["reason"]
        try:
            labels.check_remark(reason, field="reason", limit=labels.REASON_LIMIT)
        except InvalidInput as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return reason

    def clean(self) -> dict[str, Any]:
        """Let `content` be the bytes that were given, and `universes` those that were chosen."""
        cleaned = super().clean() or {}
        cleaned["universes"] = self._universes(cleaned)
        cleaned["content"] = self._content(cleaned)
        return cleaned

    def _universes(self, cleaned: Mapping[str, Any]) -> list[Universe]:
        typed = str(cleaned.get("others") or "").replace(",", " ").split()
        chosen = dict.fromkeys([*cleaned.get("universe", []), *typed])
        try:
            return self._find([input_rules.parse_universe_id(text) for text in chosen])
        except (InvalidInput, NotFound) as refusal:
            self.add_error("others" if "others" in self.fields else "universe", str(refusal))
            return []

    def _content(self, cleaned: Mapping[str, Any]) -> bytes:
        """Browsers send every line break of a text area as CR LF (HTML standard)."""
        file, text = cleaned.get("file"), str(cleaned.get("text") or "")
        if bool(file) and bool(text):
            self.add_error("text", "Choose a file or paste text, not both.")
        elif file is not None:
            content: bytes = file.read()
            return content
        elif text:
            return text.replace("\r\n", "\n").encode("utf-8", "replace")
        elif not self.errors:
            self.add_error("file", "Choose a file, or paste the text.")
        return b""
