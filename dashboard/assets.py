"""Static files: under a name with a hash where they have been collected, else as they are."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedWhereFound(CompressedManifestStaticFilesStorage):
    """Names from the manifest of `collectstatic`; what is not in it keeps its own name.

    So a checkout runs without collecting, and an image that has collected is cached for ever.
    """

    # Source maps are not shipped, so only what `url()` names in a style sheet is rewritten.
    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)

    def stored_name(self, name: str) -> str:
        """The name to serve the file under."""
        collected = self.hashed_files.get(self.hash_key(self.clean_name(name)))
        return collected or name
