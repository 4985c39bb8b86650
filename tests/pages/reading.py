"""Reads a page as its tests want it: its words, its fields, its addresses."""

import html
import re

from django.http import HttpResponse, HttpResponseBase

VALUE_FIELD = re.compile(r"<textarea[^>]*name=\"value\"[^>]*>(.*?)</textarea>", re.DOTALL)


def body(response: HttpResponseBase) -> str:
    """The whole answer."""
    assert isinstance(response, HttpResponse)
    return response.content.decode()


def words(response: HttpResponseBase) -> str:
    """What a person reads: no tags, one space between words."""
    text = re.sub(r"</?(bdi|code|strong|span|wbr)\b[^>]*>", "", body(response))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def field(response: HttpResponseBase, name: str) -> str:
    """What an input of that name holds when the page is opened."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', body(response))
    assert found is not None, f"no input named {name}"
    value = re.search(r'value="([^"]*)"', found.group())
    return html.unescape(value.group(1)) if value else ""


def chosen(response: HttpResponseBase, name: str) -> list[str]:
    """Which of the choices of that name are chosen when the page is opened."""
    return re.findall(rf'name="{name}" value="([^"]*)"[^>]* checked', body(response))


def value_shown(response: HttpResponseBase) -> str:
    """What stands in the field for the value."""
    found = VALUE_FIELD.search(body(response))
    assert found is not None, "no field for the value"
    return found.group(1).strip()


def chosen_reach(response: HttpResponseBase) -> list[str]:
    """The choices of where a value may be sent that are taken when the page is opened."""
    radios = re.findall(r'<input[^>]*name="reach"[^>]*>', body(response))
    return [part.split('value="')[1].split('"')[0] for part in radios if " checked" in part]


def names_shown(answer: HttpResponseBase) -> list[str]:
    """The names in the list that are not hidden, from top to bottom."""
    rows = re.findall(r"<tr role=\"row\" data-search=\"(\w+).*?>", body(answer), flags=re.DOTALL)
    hidden = re.findall(
        r"<tr role=\"row\" data-search=\"(\w+)[^>]* hidden>", body(answer), flags=re.DOTALL
    )
    return [name.upper() for name in rows if name not in hidden]
