"""What the page says of a name and a host while they are typed, so that no value is lost."""

import pytest
from playwright.sync_api import Locator, Page, expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.input_rules import DomainFault, is_domain, one_form
from secretsapp.models import Secret, Universe
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import choose, complains_at, field, fill, press, says, shows, writes
from tests.core.domains import HOPELESS, INTERNATIONAL, ONE_FORM, PROPOSED

pytestmark = pytest.mark.browser

VALUE = "typed with care"
WEBHOOK = "https://discord.com/api/webhooks/1/abc"
# What the page finds wrong with each text, and what it offers in its place.
TYPE_EACH = """
texts => texts.map(text => {
  const host = document.getElementById("id_domain");
  host.value = text;
  host.dispatchEvent(new Event("input", {bubbles: true}));
  const shown = [...document.querySelectorAll("#host-advice > li:not([hidden])")];
  const offers = [...document.querySelectorAll("#host-advice [data-uses]")]
    .filter(button => !button.hidden && !button.closest("li").hidden);
  return [shown.map(item => item.innerText.trim().split("\\n")[0]),
          offers.map(button => button.dataset.proposal)];
})
"""


@pytest.fixture
def creating(visit: Visit, universe: Universe, emulator: Emulator) -> Visitor:
    """An editor at the page for a new secret, with a value typed and a host chosen."""
    emulator.clear_requests()
    editor = visit()
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/new-secret/")
    fill(editor, Name="NEW_KEY", Value=VALUE)
    choose(editor, "One host, or its subdomains")
    fill(editor, Host="api.example.com")
    return editor


def use(visitor: Visitor, proposal: str) -> None:
    """Take what is offered."""
    press(visitor, f"Use {proposal}")


NOTE_BUBBLE = """
field => field.addEventListener("invalid", event => {
    field.dataset.bubble = !event.defaultPrevented;
})
"""


def is_held_back(visitor: Visitor, label: str, words: str) -> None:
    """Expect the form not to go, with the focus where it is wrong and the value as it was.

    The page says what is wrong, so the browser must not say it over that once more.
    """
    field(visitor, label).evaluate(NOTE_BUBBLE)
    press(visitor, "Create secret")
    shows(visitor, words)
    expect(field(visitor, label)).to_have_attribute("data-bubble", "false")
    expect(field(visitor, label)).to_be_focused()
    expect(field(visitor, "Value")).to_have_value(VALUE)


def listed(page: Page, part: str) -> Locator:
    """What is said there now."""
    return page.locator(f"#{part} > li:visible")


def test_a_name_that_roblox_would_refuse_is_cured_by_a_click(
    creating: Visitor, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    for typed, words, proposal in (
        (" my.key! ", "can only have the letters", "my_key"),
        ("CLÉ", "can only have the letters", "CLE"),
        ("2ND_KEY", "can’t start with a digit", "_2ND_KEY"),
        ("MY-KEY", "can only have the letters", "MY_KEY"),
        ("MY KEY", "can only have the letters", "MY_KEY"),
        ('export MY_KEY="not for a name"', "can only have the letters", "MY_KEY"),
        ("MY_KEY: not for a name", "can only have the letters", "MY_KEY"),
    ):
        fill(creating, Name=typed)
        is_held_back(creating, "Name", words)
        use(creating, proposal)
        expect(field(creating, "Name")).to_have_value(proposal)
    assert writes(emulator) == 0
    press(creating, "Create secret")
    says(creating, "Created MY_KEY.")
    assert harbor.values["MY_KEY"] == VALUE.encode()


def test_a_name_that_is_too_long_is_not_cut(creating: Visitor, emulator: Emulator) -> None:
    fill(creating, Name="N" * 65)
    expect(field(creating, "Name")).to_have_value("N" * 65)
    is_held_back(creating, "Name", "A name can have at most 64 characters.")
    fill(creating, Name="")
    press(creating, "Create secret")
    expect(field(creating, "Value")).to_have_value(VALUE)
    assert writes(emulator) == 0


def test_a_name_that_exists_is_held_back(creating: Visitor, emulator: Emulator) -> None:
    fill(creating, Name="PAY_KEY")
    is_held_back(creating, "Name", "Harbor already has a secret named PAY_KEY.")
    fill(creating, Name="ключ")
    is_held_back(creating, "Name", "can only have the letters")
    expect(creating.page.locator("#name-advice button:visible")).to_have_count(0)
    assert writes(emulator) == 0


def test_what_the_server_found_wrong_is_over_once_it_is_put_right(
    creating: Visitor, harbor: EmulatedUniverse
) -> None:
    harbor.put("NEW_KEY", b"theirs", "*")
    press(creating, "Create secret")
    complains_at(creating, "Name", "Harbor already has a secret named NEW_KEY.")
    name, errors = field(creating, "Name"), creating.page.locator("#id_name_error")
    expect(name).to_have_attribute("aria-describedby", "id_name_helptext id_name_error name-advice")
    # What the page itself finds wrong then takes its place.
    fill(creating, Name="2ND")
    expect(errors).to_have_count(0)
    shows(creating, "A name can’t start with a digit")
    fill(creating, Name="OTHER_KEY")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(name).to_have_attribute("aria-describedby", "id_name_helptext name-advice")
    again = creating.page.locator("#id_value_error")
    expect(again).to_be_visible()
    fill(creating, Value=VALUE)
    expect(again).to_have_count(0)


def test_a_name_nearly_that_of_another_is_asked_about_once(
    creating: Visitor, harbor: EmulatedUniverse
) -> None:
    fill(creating, Name="pay_key")
    is_held_back(creating, "Name", "Almost the same as PAY_KEY, which already exists: only case")
    choose(creating, "Create it anyway")
    fill(creating, Name="OTHER")
    expect(creating.page.get_by_label("Create it anyway")).to_be_hidden()
    fill(creating, Name="pay_key")
    choose(creating, "Create it anyway")
    press(creating, "Create secret")
    says(creating, "Created pay_key.")
    assert {"pay_key", "PAY_KEY"} <= harbor.secrets.keys()


def test_what_is_gone_from_roblox_is_not_in_the_way(
    creating: Visitor, universe: Universe, harbor: EmulatedUniverse
) -> None:
    harbor.remove("PAY_KEY")
    Secret.objects.filter(name="PAY_KEY").update(missing_since=universe.synced_at)
    creating.page.reload()
    fill(creating, Name="PAY_KEY", Value=VALUE)
    choose(creating, "No requests")
    press(creating, "Create secret")
    says(creating, "No request can use it: its allowed host is empty")


def test_a_host_that_roblox_would_refuse_is_cured_by_a_click(
    creating: Visitor, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    for typed, words, proposal in (
        ("api.stripe.com:443", "Enter only the host", "api.stripe.com"),
        ("api.stripe.com, b.example", "A secret has one allowed host", "api.stripe.com"),
        ("bücher.example", "in its xn-- form", "xn--bcher-kva.example"),
        ("https://api.stripe.com/v1", "Enter only the host", "api.stripe.com"),
    ):
        fill(creating, Host=typed)
        is_held_back(creating, "Host", words)
        use(creating, proposal)
        expect(field(creating, "Host")).to_have_value(proposal)
    assert writes(emulator) == 0
    press(creating, "Create secret")
    says(creating, "Created NEW_KEY.")
    assert harbor.secrets["NEW_KEY"].domain == "api.stripe.com"
    assert harbor.values["NEW_KEY"] == VALUE.encode()


def test_a_host_is_in_the_way_only_where_one_is_chosen(
    creating: Visitor, harbor: EmulatedUniverse
) -> None:
    for typed in ("", "*"):
        fill(creating, Host=typed)
        press(creating, "Create secret")
        expect(field(creating, "Host")).to_be_focused()
    fill(creating, Host="https://")
    choose(creating, "Any host (*)")
    press(creating, "Create secret")
    says(creating, "Created NEW_KEY.")
    assert harbor.secrets["NEW_KEY"].domain == "*"


def test_the_page_finds_in_a_host_what_the_server_finds(creating: Visitor) -> None:
    texts = [*ONE_FORM, *PROPOSED, *INTERNATIONAL, *HOPELESS]
    found = creating.page.evaluate(TYPE_EACH, texts)
    offered = {text: offers for text, (_, offers) in zip(texts, found, strict=True)}
    proposals = PROPOSED | INTERNATIONAL
    assert offered == {text: [proposals[text]] if text in proposals else [] for text in texts}
    sentences = {fault.sentence for fault in DomainFault}
    for text, (said, _) in zip(texts, found, strict=True):
        assert set(said) <= sentences
        international = text in INTERNATIONAL
        assert bool(said) == (international or not is_domain(one_form(text))), text


def test_a_host_that_reaches_too_far_or_nowhere_is_told_and_not_held_back(
    creating: Visitor, harbor: EmulatedUniverse
) -> None:
    advice = creating.page.locator("#domain-advice")
    for typed, words in (
        ("localhost", "localhost is the machine that sends the request"),
        ("192.0.2.7", "This is an IP address"),
        ("intranet", "A host without a dot"),
        ("*.com", "Anyone can have a name under com"),
        ("*.co.uk", "Anyone can have a name under co.uk"),
        ("*.github.io", "Anyone can have a name under github.io"),
    ):
        fill(creating, Host=typed)
        expect(advice).to_contain_text(words)
        fill(creating, Host="https://elsewhere.example/")
        expect(advice).to_be_hidden()
    fill(creating, Host="api.example.com")
    expect(advice).to_have_text("")
    fill(creating, Host="*.github.io")
    press(creating, "Create secret")
    says(creating, "Anyone can have a name under github.io")
    assert harbor.secrets["NEW_KEY"].domain == "*.github.io"


def test_only_a_host_by_itself_is_asked_about(creating: Visitor) -> None:
    asked: list[str] = []
    creating.page.on("request", lambda request: asked.append(request.url))
    fill(creating, Host=WEBHOOK)
    fill(creating, Host="*.github.io")
    expect(creating.page.locator("#domain-advice")).to_contain_text("Anyone can have a name")
    # The browser may fetch a part of the page at any time: nothing that was typed is in that.
    # It may also ask again for what it asked for: a slow machine lets both times pass.
    [advice] = {url for url in asked if "/static/" not in url}
    assert advice.endswith("/domain-advice/?domain=*.github.io")


def test_a_session_that_ended_takes_nobody_away_from_what_they_typed(creating: Visitor) -> None:
    creating.page.context.clear_cookies(name="sessionid")
    with creating.page.expect_response("**/domain-advice/*") as answer:
        fill(creating, Host="*.github.io")
    assert answer.value.header_value("HX-Redirect")
    creating.look()
    expect(field(creating, "Value")).to_have_value(VALUE)
    expect(field(creating, "Host")).to_have_value("*.github.io")


def test_the_host_of_a_value_that_is_an_address_is_proposed(
    creating: Visitor, harbor: EmulatedUniverse
) -> None:
    page = creating.page
    fill(creating, Value=WEBHOOK)
    expect(listed(page, "value-host")).to_contain_text(
        "The value is a URL at discord.com, which isn’t an allowed host."
    )
    choose(creating, "No requests")
    expect(listed(page, "value-host")).to_contain_text("which isn’t an allowed host")
    choose(creating, "Any host (*)")
    expect(listed(page, "value-host")).to_contain_text("so allow only that host")
    use(creating, "discord.com")
    expect(listed(page, "value-host")).to_have_count(0)
    expect(page.get_by_label("One host, or its subdomains")).to_be_checked()
    press(creating, "Create secret")
    says(creating, "Created NEW_KEY.")
    assert harbor.secrets["NEW_KEY"].domain == "discord.com"


def test_who_may_not_change_the_domain_is_told_that_it_lets_nothing_through(
    visit: Visit, universe: Universe
) -> None:
    rotator = visit()
    rotator.become("rotator")
    rotator.open(f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/")
    fill(rotator, **{"New value": WEBHOOK})
    said = listed(rotator.page, "value-host")
    expect(said).to_contain_text("which isn’t an allowed host")
    expect(said.get_by_role("button")).to_have_count(0)
    fill(rotator, **{"New value": "https://api.pay.example/hook"})
    expect(said).to_have_count(0)


def test_a_host_that_one_began_to_change_can_be_kept(visit: Visit, universe: Universe) -> None:
    editor = visit()
    editor.become("editor")
    editor.open(f"/universes/{universe.pk}/secrets/PAY_KEY/rotate/")
    page, fold = editor.page, editor.page.locator(".host-fold")
    page.get_by_text("Change", exact=True).click()
    fill(editor, Host="other.example")
    choose(editor, "No requests")
    page.get_by_text("Keep api.pay.example").click()
    expect(fold).not_to_have_attribute("open", "")
    page.get_by_text("Change", exact=True).click()
    expect(page.get_by_label("One host, or its subdomains")).to_be_checked()
    expect(field(editor, "Host")).to_have_value("api.pay.example")


def test_a_secret_can_be_deleted_once_its_name_is_typed(visit: Visit, universe: Universe) -> None:
    manager = visit()
    manager.become("manager")
    manager.open(f"/universes/{universe.pk}/secrets/PAY_KEY/delete/")
    typed = field(manager, "Type its name to confirm")
    expect(typed).to_be_focused()
    for words, can in (("PAY_KE", False), ("pay_key", False), (" PAY_KEY ", True)):
        typed.fill(words)
        expect(manager.page.get_by_role("button", name="Delete secret")).to_be_enabled(enabled=can)
