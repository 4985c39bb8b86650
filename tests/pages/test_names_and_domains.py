"""Names and domains at the browser's door, where no script has looked at them before."""

import pytest
from django.urls import reverse
from django.utils import timezone

from emulator import Universe as EmulatedUniverse
from secretsapp.models import Secret
from tests.core.domains import HOPELESS, INTERNATIONAL, ONE_FORM, PROPOSED
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, chosen_reach, field, words
from tests.pages.test_changes import AGAIN, NEW

WEBHOOK = "https://discord.com/api/webhooks/1/abc"
HTMX = {"HX-Request": "true"}
SIMILAR = 'id="similar-is-meant"'


@pytest.mark.parametrize("name", ["MY KEY", "MY-KEY", "my.key", "2ND_KEY", "CL\u00c9", "N" * 65])
def test_a_name_that_roblox_would_refuse_comes_back_as_it_was_typed(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, name: str
) -> None:
    answer = client_for("editor").post(address_of("secret_create"), NEW | {"name": name})
    assert answer.status_code == 422
    assert (field(answer, "name"), field(answer, "domain")) == (name, NEW["domain"])
    assert chosen_reach(answer) == ["host"]
    assert AGAIN in words(answer)
    assert len(harbor.secrets) == 3


def test_a_name_nearly_that_of_another_is_asked_about_once(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    client, address = client_for("editor"), address_of("secret_create")
    assert f"{SIMILAR} hidden" in body(client.get(address))
    sent = NEW | {"name": "pay_key"}
    asked = client.post(address, sent)
    assert asked.status_code == 422
    assert "named PAY_KEY, which differs from pay_key only in upper and lower case" in words(asked)
    assert "tick “Create it anyway”" in words(asked)
    assert f"{SIMILAR} hidden" not in body(asked)
    assert "pay_key" not in harbor.secrets
    assert client.post(address, sent | {"similar_is_meant": "on"}).status_code == 302
    assert "pay_key" in harbor.secrets


@pytest.mark.parametrize(("typed", "host"), PROPOSED.items())
def test_the_host_in_what_was_pasted_is_offered(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, typed: str, host: str
) -> None:
    client, chosen = client_for("editor"), {"reach": "host", "domain": typed}
    for page in (address_of("secret_create"), address_of("secret_rotate", "PAY_KEY")):
        answer = client.post(page, NEW | chosen)
        assert answer.status_code == 422
        assert f"Did you mean {host}?" in words(answer)
    assert "NEW_KEY" not in harbor.secrets


@pytest.mark.parametrize("typed", HOPELESS)
def test_what_is_no_host_comes_back(
    client_for: ClientFor, address_of: AddressOf, typed: str
) -> None:
    answer = client_for("editor").post(address_of("secret_create"), NEW | {"domain": typed})
    assert answer.status_code == 422
    assert "Did you mean" not in words(answer)


@pytest.mark.parametrize(("typed", "form"), (ONE_FORM | INTERNATIONAL).items())
def test_roblox_is_sent_the_one_form(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse, typed: str, form: str
) -> None:
    sent = NEW | {"domain": typed}
    assert client_for("editor").post(address_of("secret_create"), sent).status_code == 302
    assert harbor.secrets["NEW_KEY"].domain == form


@pytest.mark.parametrize(
    ("reach", "domain", "said"),
    [
        ("any", "", "It can be sent to any host"),
        ("never", "", "No request can use it: its allowed host is empty"),
        ("host", "*.com", "Anyone can have a name under com"),
        ("host", "*.co.uk", "Anyone can have a name under co.uk"),
        ("host", "*.github.io", "Anyone can have a name under github.io"),
        ("host", "localhost", "localhost is the machine that sends the request"),
        ("host", "192.0.2.7", "This is an IP address"),
        ("host", "intranet", "A host without a dot"),
    ],
)
def test_a_domain_that_reaches_too_far_or_nowhere_is_told(
    client_for: ClientFor, address_of: AddressOf, reach: str, domain: str, said: str
) -> None:
    client, chosen = client_for("editor"), {"reach": reach, "domain": domain}
    created = client.post(address_of("secret_create"), NEW | chosen, follow=True)
    assert said in words(created)
    rotating = address_of("secret_rotate", "NEW_KEY")
    same = client.post(rotating, {"value": "again", **chosen}, follow=True)
    assert "notice-warning" not in body(same)
    if domain:
        advice = client.get(
            reverse("domain_advice"), {"domain": f" {domain.upper()}"}, headers=HTMX
        )
        assert said in words(advice)
        for page in (rotating, address_of("secret", "NEW_KEY")):
            assert said in words(client.get(page))
        assert 'class="chip"' in body(client.get(address_of("universe")))


def test_of_other_domains_nothing_is_said(client_for: ClientFor) -> None:
    client, address = client_for("stranger"), reverse("domain_advice")
    for domain in ("", "api.example.com", "*.example.com", "https://localhost/", "a b", "\x00"):
        assert words(client.get(address, {"domain": domain}, headers=HTMX)) == ""
    assert words(client.get(address, headers=HTMX)) == ""
    assert client.get(address, {"domain": "*.com"}).status_code == 302


def test_a_value_whose_host_its_domain_does_not_let_through_is_told(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    client, warning = client_for("editor"), "doesn’t cover the host in it"
    answer = client.post(address_of("secret_create"), NEW | {"value": WEBHOOK}, follow=True)
    assert warning in words(answer)
    assert "discord" not in body(answer)
    rotating = address_of("secret_rotate", "PAY_KEY")
    answer = client_for("rotator").post(rotating, {"value": WEBHOOK}, follow=True)
    assert warning in words(answer)
    moved = {"value": WEBHOOK, "reach": "host", "domain": "Discord.com"}
    assert warning not in words(client.post(rotating, moved, follow=True))


def test_another_form_of_the_domain_takes_no_other_right(
    client_for: ClientFor, address_of: AddressOf, harbor: EmulatedUniverse
) -> None:
    harbor.put("PAY_KEY", b"value", "API.Pay.Example")
    sent = {"value": "new", "reach": "host", "domain": "api.pay.example"}
    answer = client_for("rotator").post(address_of("secret_rotate", "PAY_KEY"), sent)
    assert answer.status_code == 302
    assert harbor.secrets["PAY_KEY"].domain == "api.pay.example"


def test_a_page_is_given_only_the_names_that_one_may_list(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_WEBHOOK").update(missing_since="2026-11-01T00:00:00Z")
    page = body(client_for("editor").get(address_of("secret_create")))
    assert '["PAY_KEY", "SIGNING_SEED"]</script>' in page


def test_the_list_marks_a_domain_that_reaches_too_far(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    Secret.objects.filter(name="PAY_KEY").update(domain="*.github.io")
    page = body(client_for("viewer").get(address_of("universe")))
    marked = 'class="chip" title="Anyone can have a name under github.io'
    assert (page.count(marked), page.count('<bdi class="name one-line">*.github.io</bdi>')) == (
        1,
        1,
    )


def test_a_domain_that_was_changed_elsewhere_is_shown_and_has_to_be_chosen_again(
    client_for: ClientFor, address_of: AddressOf
) -> None:
    changed = {"domain": "elsewhere.example", "drifted_at": timezone.now()}
    Secret.objects.filter(name="PAY_KEY").update(**changed)
    client, address = client_for("editor"), address_of("secret_rotate", "PAY_KEY")
    page = client.get(address)
    assert "Check the allowed host. It is now elsewhere.example" in words(page)
    assert (chosen_reach(page), field(page, "domain")) == ([], "")
    answer = client.post(address, {"value": "a new value"})
    assert answer.status_code == 422
    assert "Choose the allowed host." in words(answer)
