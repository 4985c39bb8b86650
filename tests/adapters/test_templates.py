"""Pages are sent without the indentation of their templates."""

import re

from django.test import Client

from secretsapp.adapters.templates import without_indentation
from tests.pages.reading import body
from tests.stage import Cast


def test_a_page_is_sent_without_indentation(cast: Cast, client: Client) -> None:
    assert not re.search(r"^[ \t]", body(client.get("/sign-in/")), re.MULTILINE)


def test_what_is_shown_as_written_keeps_its_blanks() -> None:
    written = "<div>\n  <pre tabindex=0>\n\tUrl = {\n  }</pre>\n    <p>\n      a\n    </p>\n"
    kept = "<div>\n<pre tabindex=0>\n\tUrl = {\n  }</pre>\n<p>\na\n</p>\n"
    assert without_indentation(written) == kept
    assert (
        without_indentation("  <textarea>\n a\n</textarea>\n <b>")
        == "<textarea>\n a\n</textarea>\n<b>"
    )
