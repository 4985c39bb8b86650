"""What is done with the form of a secret before one looks at it."""

from tests.browser.conftest import Visitor


def refuse_a_secret(visitor: Visitor) -> None:
    """Send a form in which everything is wrong."""
    page = visitor.page
    page.get_by_label("Name").fill("1-KEY")
    page.get_by_label("One host, or its subdomains").check()
    send_unchecked(visitor)


def send_unchecked(visitor: Visitor) -> None:
    """Send the form as it is, which the page would hold back, and wait for the refusal."""
    page = visitor.page
    page.evaluate("document.querySelector('form.form').noValidate = true")
    page.get_by_role("button", name="Create secret").click()
    page.locator(".errorlist").first.wait_for()


def paste_something_doubtful(visitor: Visitor) -> None:
    """Type a value that is hardly meant so."""
    page = visitor.page
    page.get_by_label("Name").fill("MAIL_KEY")
    page.get_by_label("Value", exact=True).fill('MAIL_KEY="Bearer abc"\n')


def paste_what_is_no_host(visitor: Visitor) -> None:
    """Paste an address both as the value and as the host, and a name that Roblox does not take."""
    page = visitor.page
    page.get_by_label("Name").fill("2ND-KEY")
    page.get_by_label("Value", exact=True).fill("https://discord.com/api/webhooks/1/abc")
    page.get_by_label("One host, or its subdomains").check()
    page.get_by_label("Host", exact=True).fill("https://api.stripe.com/v1/charges")


def choose_a_public_suffix(visitor: Visitor) -> None:
    """Choose where everybody can have a host for a value that is to go elsewhere."""
    page = visitor.page
    page.get_by_label("Name").fill("PAY_KEY")
    page.get_by_label("Value", exact=True).fill("https://discord.com/api/webhooks/1/abc")
    page.get_by_label("One host, or its subdomains").check()
    page.get_by_label("Host", exact=True).fill("*.github.io")
    page.locator("#domain-advice .suspicion").wait_for()


def refuse_a_similar_name(visitor: Visitor) -> None:
    """Send a name nearly that of another, as from a page that was opened before that was there."""
    page = visitor.page
    page.get_by_label("Name").fill("pay_key")
    page.get_by_label("Value", exact=True).fill("a value")
    page.get_by_label("No requests").check()
    send_unchecked(visitor)


def generate_a_value(visitor: Visitor) -> None:
    """Let the server make a value."""
    visitor.page.get_by_text("Generate a value").click()
    visitor.page.get_by_role("button", name="Generate", exact=True).click()
    visitor.page.get_by_text("Generated.").wait_for()
