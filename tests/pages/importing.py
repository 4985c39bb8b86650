"""Sends imports as a browser does: the same form twice, with what the preview had."""

import re
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from secretsapp.models import Universe
from tests.pages.reading import body, field

ADDRESS = "/import/"


class Import:
    """One import in a browser; `ticked` and `hosts` are what its preview has, until changed."""

    def __init__(
        self,
        client: Client,
        content: str | bytes,
        *universes: Universe,
        as_file: bool = True,
        **fields: Any,
    ) -> None:
        self._client = client
        self.content = content if isinstance(content, bytes) else content.encode()
        self._as_file = as_file
        self._fields = {"universe": [str(each.pk) for each in universes], **fields}
        self.ticked: Sequence[int] = ()
        self.hosts: dict[int, str] = {}
        self._marks: dict[str, str] = {}

    def preview(self, *, by_htmx: bool = False) -> HttpResponse:
        """Send it for a preview, and keep what that has."""
        answer = self._send({"step": "preview"}, by_htmx=by_htmx)
        if "plan_mark" in body(answer):
            self._marks = {name: field(answer, name) for name in ("content_mark", "plan_mark")}
            rows = re.findall(r'name="row" value="(\d+)" id="row-\d+" checked', body(answer))
            self.ticked = [int(number) for number in rows]
            hosts = re.findall(r'name="host-(\d+)" value="([^"]*)"', body(answer))
            self.hosts = {int(number): host for number, host in hosts}
        return answer

    @property
    def confirmed(self) -> dict[str, Any]:
        """What the preview sends on: what is ticked and typed, and its marks."""
        hosts = {f"host-{number}": host for number, host in self.hosts.items()}
        rows = [str(number) for number in self.ticked]
        return self._fields | {"step": "import", "row": rows, **hosts, **self._marks}

    def confirm(self, **fields: Any) -> HttpResponse:
        """Send the same again, with what is ticked and typed."""
        return self._send({**self.confirmed, **fields})

    def _send(self, fields: dict[str, Any], *, by_htmx: bool = False) -> HttpResponse:
        sent = self._fields | fields
        if self._as_file:
            sent["file"] = SimpleUploadedFile("game.env", self.content)
        else:
            sent["text"] = self.content.decode().replace("\n", "\r\n")
        headers = {"HX-Request": "true"} if by_htmx else {}
        answer = self._client.post(ADDRESS, sent, headers=headers)
        assert isinstance(answer, HttpResponse)
        return answer
