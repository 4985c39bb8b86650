"""Text from elsewhere as it can be shown: it steers no terminal, and breaks out of no line."""


def in_one_line(text: str) -> str:
    """The text without line breaks, and without what a terminal would obey or show elsewhere."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
