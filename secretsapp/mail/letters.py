"""What a mail looks like: the same words as text and as HTML, without pictures or scripts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import render_to_string


@dataclass(frozen=True)
class Letter:
    """The subject of a mail, and what its templates need; they are given `site` too."""

    subject: str
    words: Mapping[str, object]


def message(name: str, letter: Letter, address: str) -> EmailMultiAlternatives:
    """The mail of the templates `mail/NAME.txt` and `mail/NAME.html` to that address."""
    # What a universe is called may stand in a subject, which has one line.
    subject = " ".join(letter.subject.split())
    words = {**letter.words, "subject": subject, "site": settings.SITE_URL}
    made = EmailMultiAlternatives(
        subject,
        _plain(f"mail/{name}.txt", words),
        settings.DEFAULT_FROM_EMAIL,
        [address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    made.attach_alternative(render_to_string(f"mail/{name}.html", words), "text/html")
    return made


def _plain(template: str, words: Mapping[str, object]) -> str:
    """The text, in which an apostrophe stays one."""
    found = Engine.get_default().get_template(template)
    return found.render(Context(dict(words), autoescape=False)).strip()
