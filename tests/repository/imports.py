"""Which modules of the product one opens, one after the other, to read another to its end."""

import ast
from collections.abc import Iterator
from pathlib import Path

PRODUCT = "secretsapp"


def to_open(start: str, root: Path) -> dict[str, str]:
    """The modules that `start` leads to, itself among them, each with the one that led there.

    Every import counts, those for types alone and those inside of functions too. A name that a
    package hands on leads to the module that defines it, for that is what a reader opens.
    """
    led = {start: ""}
    waiting = [start]
    for module in waiting:
        for found in sorted(_imported(module, root) - led.keys()):
            led[found] = module
            waiting.append(found)
    return led


def _imported(module: str, root: Path) -> set[str]:
    return {
        target
        for source, name in _names(_file(module, root))
        for target in _targets(source, name, root)
    }


def _targets(source: str, name: str, root: Path) -> set[str]:
    """What is opened for `from source import name`, or for `import source` without a name."""
    if name and _is_module(f"{source}.{name}", root):
        return _targets(f"{source}.{name}", "", root)
    if not _is_package(source, root):
        return {source}
    handed_on = [
        (origin, known) for origin, known in _names(_file(source, root)) if name in {"", known}
    ]
    # A package that is imported whole leads to all that it hands on; what it defines, to itself.
    if name and not handed_on:
        return {source}
    return {target for each in handed_on for target in _targets(*each, root)}


def _names(path: Path) -> Iterator[tuple[str, str]]:
    """The modules of the product that a file imports from, each with a name it takes, or none."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and _is_ours(node.module):
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names if _is_ours(alias.name))


def _is_ours(module: str) -> bool:
    return module.split(".", maxsplit=1)[0] == PRODUCT


def _is_module(module: str, root: Path) -> bool:
    return _file(module, root).is_file()


def _is_package(module: str, root: Path) -> bool:
    return _file(module, root).name == "__init__.py"


def _file(module: str, root: Path) -> Path:
    path = root.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
