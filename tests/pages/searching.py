"""What a search is asked, and what it finds."""

import html
import re

from django.http import HttpResponseBase
from django.test import Client

from tests.pages.reading import body

HTMX = {"HX-Request": "true"}


def ask(client: Client, text: str, **others: str) -> HttpResponseBase:
    """What htmx is answered."""
    return client.get("/search/", {"q": text, **others}, headers=HTMX)


def hits(answer: HttpResponseBase) -> list[str]:
    """The words of every link to what was found but its age, as they are read out, in order."""
    said = re.sub(
        r'<span aria-hidden="true">[^<]*</span>|updated <time.*?</time>', "", body(answer)
    )
    links = re.findall(r'<a class="hit[^>]*>(.*?)</a>', said, re.DOTALL)
    return [html.unescape(" ".join(re.sub(r"<[^>]*>", "", link).split())) for link in links]
