"""What is done with the page of an import before one looks at it."""

from tests.browser.conftest import Visitor

CLEAR = (
    "PAY_KEY=abc123\n# Allowed host: api.mail.example\nMAIL_KEY='d e f' # from the panel\n"
    "NEW_KEY=g\n"
)
TROUBLED = (
    'PAY_KEY=pa#ss\nMAIL_KEY=word #1\nmy-key=x\nTWICE=1\nTWICE=2\nOPEN="abc\nEMPTY=\n'
    "a line without a name\npay_webhook=x1\n"
)


def preview_what_is_clear(visitor: Visitor) -> None:
    """Paste text in which all is well."""
    paste(visitor, CLEAR)
    visitor.page.locator("#preview-title").wait_for()


def preview_what_is_troubled(visitor: Visitor) -> None:
    """Paste text with a row of nearly each kind."""
    paste(visitor, TROUBLED)
    visitor.page.locator("#preview-title").wait_for()


def preview_nothing(visitor: Visitor) -> None:
    """Paste what is no JSON."""
    paste(visitor, '{"A": ')
    visitor.page.locator("#preview .notice-error").wait_for()


def paste(visitor: Visitor, text: str) -> None:
    """Paste the text, and look at the preview."""
    visitor.page.get_by_label("Or paste the text").fill(text)
    visitor.page.get_by_role("button", name="Preview").click()
