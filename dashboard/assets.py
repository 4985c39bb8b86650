"""Static files: under a name with a hash where they have been collected, else as they are."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# The one style sheet of every page, and how it names its parts.
SHEET = "css/sealroom.css"
_IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>\w+)\)(?P<media>[^;]*);')
_CHARSET = '@charset "UTF-8";'


class CollectedWhereFound(CompressedManifestStaticFilesStorage):
    """Names from the manifest of `collectstatic`; what is not in it keeps its own name.

    So a checkout runs without collecting, and an image that has collected is cached forever.
    """

    # Source maps are not shipped, so only what `url()` names in a style sheet is rewritten.
    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)

    def stored_name(self, name: str) -> str:
        """The name to serve the file under."""
        collected = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return collected or name

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Give the files that were collected their names; the style sheet holds its parts then.

        In a checkout a browser asks for each part; collected, one request brings them all.
        """
        if SHEET in paths and not options.get("dry_run"):
            source, name = paths[SHEET]
            with source.open(name) as sheet:
                whole = _IMPORT.sub(self._part, sheet.read().decode())
            Path(self.path(SHEET)).write_text(whole, encoding="utf-8")
            paths = paths | {SHEET: (self, SHEET)}
        yield from super().post_process(paths, *args, **options)

    def _part(self, found: re.Match[str]) -> str:
        """What an import brings, in its layer."""
        with self.open(self.clean_name(f"css/{found['name']}")) as part:
            rules = part.read().decode().removeprefix(_CHARSET)
        layered = f"@layer {found['layer']} {{\n{rules}}}\n"
        return f"@media{found['media']} {{\n{layered}}}\n" if found["media"] else layered
