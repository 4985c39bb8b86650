"""What passes between Sealroom and a provider of single sign-on is found nowhere afterwards."""

import logging
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages.signing_on import BACK, CONNECT, ME, VERIFIED, is_signed_in, sent_back
from tests.spine.traces import LogRecords, Traces
from tests.stage import Cast
from tests.support.receiver import Receiver
from tests.support.sign_on_provider import CLIENT_SECRET, HOST, SignOnProvider


@pytest.mark.parametrize("succeeds", [True, False])
def test_no_secret_token_or_code_leaves_a_trace(
    cast: Cast,
    settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
    succeeds: bool,
) -> None:
    records, client = LogRecords(), Client()
    with (
        patch.object(logging.getLogger(), "handlers", [records]),
        Receiver(tmp_path_factory.mktemp("provider"), HOST) as receiver,
    ):
        acme = provider(receiver, settings)
        acme.altered = lambda claims: claims | ({} if succeeds else {"aud": "another"})
        back = sent_back(client, acme)
        answers = [client.get(back), client.get(ME), client.get(back)]
        assert is_signed_in(client) is succeeds
        answers += [client.get(CONNECT), client.get("/sign-in/"), client.get(BACK)]
    code = parse_qs(urlsplit(back).query)["code"][0]
    for secret in (CLIENT_SECRET, acme.tokens[0], code, "an access token"):
        traces = Traces(secret)
        for answer in answers:
            traces.add_response("answer", answer)
        for line in records.lines:
            traces.add("log", line)
        traces.add_database()
        traces.add_cache()
        traces.add_what_leaves()
        assert traces.found() == [], secret


def provider(receiver: Receiver, settings: Settings) -> SignOnProvider:
    """A provider that is set up and trusted, at which the viewer signs in."""
    acme = SignOnProvider.at(receiver)
    receiver.allow(settings)
    trusted = frozenset({"example.com"})
    settings.SSO_PROVIDERS = (acme.configured(trusted_domains=trusted),)
    settings.SITE_URL = "http://testserver"
    acme.person |= VERIFIED
    return acme
