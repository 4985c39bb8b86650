"""Templates escape everything, bear the strict policy and say what they need."""

import re

import pytest
from django.template import Engine

from tests.repository.files import ROOT, name, templates

FORBIDDEN = {
    "unescaped output": r"\|\s*safe(seq)?\b|autoescape\s+off",
    "inline style": r"<style\b|<[^>]*\sstyle\s*=",
    "inline script": r"<script\b(?![^>]*\ssrc\s*=)",
    "inline handler": r"<[^>]*\s(on[a-z]+|hx-on[\w:-]*)\s*=",
    "javascript: address": r"[\"'=]\s*javascript:",
    "foreign resource": r"<(script|link|img|iframe|source)\b[^>]*\b(src|href)\s*=\s*[\"']?"
    r"(https?:)?//",
}
FIRST_LINES = ("{# ", "{% extends ", "{% comment ")
LONGEST_LINE = 200


def problems(template: str) -> list[str]:
    """What is wrong with a template, in words."""
    found = [
        problem
        for problem, pattern in FORBIDDEN.items()
        if re.search(pattern, template, flags=re.IGNORECASE)
    ]
    if max(map(len, template.splitlines())) > LONGEST_LINE:
        found.append("a line that is too long")
    return found if template.startswith(FIRST_LINES) else [*found, "no contract in its first line"]


def test_templates_have_none_of_the_problems() -> None:
    found = {name(path): problems(path.read_text("utf-8")) for path in templates()}
    assert {path: words for path, words in found.items() if words} == {}


def test_templates_compile() -> None:
    engine = Engine.get_default()
    names = [path.relative_to(ROOT / "templates").as_posix() for path in templates()]
    compiled = [engine.get_template(each).origin.name for each in names]
    assert compiled == [str(path) for path in templates()]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{{ note|safe }}", "unescaped output"),
        ("{{ notes | safeseq }}", "unescaped output"),
        ("{% autoescape off %}", "unescaped output"),
        ("<style>p { color: red }</style>", "inline style"),
        ('<p class="x"\n style="color: red">', "inline style"),
        ("<script>go()</script>", "inline script"),
        ('<script type="module">go()</script>', "inline script"),
        ('<button type="button" onclick="go()">', "inline handler"),
        ('<form hx-on:submit="go()">', "inline handler"),
        ('<a href="javascript:go()">', "javascript: address"),
        ('<script src="https://cdn.example.com/x.js"></script>', "foreign resource"),
        ('<link rel="stylesheet" href="//cdn.example.com/x.css">', "foreign resource"),
    ],
)
def test_a_problem_is_noticed(line: str, problem: str) -> None:
    assert problems(f"{{# Needs: nothing. #}}\n{line}\n") == [problem]


def test_a_line_that_is_too_long_is_noticed() -> None:
    fits = "x" * LONGEST_LINE
    assert problems(f"{{# Needs: nothing. #}}\n{fits}\n") == []
    assert problems(f"{{# Needs: nothing. #}}\n{fits}x\n") == ["a line that is too long"]


def test_a_missing_contract_is_noticed() -> None:
    assert problems("<p>Hello</p>\n") == ["no contract in its first line"]


def test_a_good_template_has_no_problem() -> None:
    template = (
        "{# Needs: secret. Optional: note. #}\n"
        '<script src="{% static "app.js" %}" defer></script>\n'
        '<a href="https://create.roblox.com/">Roblox</a> {{ secret.name }} on safe ground\n'
    )
    assert problems(template) == []
