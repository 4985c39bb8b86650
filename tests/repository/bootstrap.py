"""The part of Bootstrap's style sheet that pages use: `python -m tests.repository.bootstrap`.

It writes the part. Most of the whole is about classes that no page has, and every browser would
read all of it for every page.
"""

import hashlib
import re
import sys
from collections.abc import Iterator

from tests.repository.files import ROOT, templates

WHOLE = ROOT / "static/vendor/bootstrap/bootstrap.min.css"
PART = WHOLE.with_name("used.css")
SUMS = WHOLE.with_name("SHA256SUMS")

_WORD = re.compile(r"[A-Za-z][\w-]*")
_CLASSES_OF_TEMPLATE = re.compile(r'class="((?:[^"{]|{%.*?%}|{{.*?}})*)"', re.DOTALL)
_STRING = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'')
_CLASS = re.compile(r"\.([A-Za-z][\w-]*)")
# What says which elements are meant, but not that they have a class.
_CONDITION = re.compile(r"\[[^\]]*\]|:not\([^)]*\)")
_COMMA = re.compile(r",(?![^(\[]*[)\]])")
_VARIABLE = re.compile(r'(--bs-[\w-]+):(?:[^;"(]|"[^"]*"|\((?:[^()]|\([^()]*\))*\))*(?:;|$)')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Pages choose their theme by another attribute, and have colours of their own for it.
_OTHER_THEME = "data-bs-theme=dark"


def main() -> int:
    """Write the part again, and its sum beside those of the files that were fetched."""
    part = part_used()
    PART.write_text(part)
    lines = [line for line in SUMS.read_text().splitlines() if not line.endswith(PART.name)]
    lines.append(f"{hashlib.sha256(part.encode()).hexdigest()}  {PART.name}")
    SUMS.write_text("".join(f"{line}\n" for line in lines))
    return 0


def part_used() -> str:
    """The rules of Bootstrap for what pages consist of, a line each, below its own notice."""
    whole = WHOLE.read_text().removeprefix('@charset "UTF-8";')
    notice, rules = whole[: whole.index("*/") + 2], whole[whole.index("*/") + 2 :]
    kept = "".join(_kept(_COMMENT.sub("", rules), classes_of_pages()))
    return f"{notice}\n{_without_idle_variables(kept)}"


def classes_of_pages() -> set[str]:
    """Every word that can be a class of an element: in templates, in Python and in scripts."""
    found: set[str] = set()
    for template in templates():
        for classes in _CLASSES_OF_TEMPLATE.findall(template.read_text()):
            found.update(_WORD.findall(classes))
    code = [*(ROOT / "secretsapp/web").rglob("*.py"), *(ROOT / "static/js").glob("*.js")]
    for line in (line for path in code for line in path.read_text().splitlines()):
        if "class" in line.lower():
            found.update(word for text in _STRING.findall(line) for word in _WORD.findall(text))
    return found


def _kept(rules: str, classes: set[str]) -> Iterator[str]:
    """The rules that an element with these classes, or with none, can match."""
    for head, body in _rules_of(rules):
        if head.startswith("@media"):
            inner = "".join(_kept(body, classes))
            if inner:
                yield f"{head}{{\n{inner}}}\n"
        elif not head.startswith("@"):
            selectors = [each for each in _COMMA.split(head) if _can_match(each, classes)]
            if selectors:
                yield f"{','.join(selectors)}{{{body}}}\n"


def _rules_of(rules: str) -> Iterator[tuple[str, str]]:
    """What stands before the braces and between them, of each rule that is in no other."""
    start = opened = depth = 0
    for found in re.finditer("[{}]", rules):
        if found[0] == "{":
            opened = opened if depth else found.start()
            depth += 1
            continue
        depth -= 1
        if not depth:
            yield rules[start:opened].strip(), rules[opened + 1 : found.start()]
            start = found.end()


def _can_match(selector: str, classes: set[str]) -> bool:
    needed = _CLASS.findall(_CONDITION.sub("", selector))
    return _OTHER_THEME not in selector and classes.issuperset(needed)


def _without_idle_variables(rules: str) -> str:
    """Without the variables that nothing asks for, here or in our own sheets."""
    own = "".join(path.read_text() for path in (ROOT / "static/css").glob("*.css"))
    asked = set(re.findall(r"var\((--bs-[\w-]+)", rules + own))
    fewer = re.sub(r"{([^{}]*)}", lambda body: f"{{{_asked_for(body[1], asked)}}}", rules)
    fewer = re.sub(r"[^{}\n]+{}\n", "", fewer)
    return fewer if fewer == rules else _without_idle_variables(fewer)


def _asked_for(declarations: str, asked: set[str]) -> str:
    return _VARIABLE.sub(lambda found: found[0] if found[1] in asked else "", declarations)


if __name__ == "__main__":
    sys.exit(main())
