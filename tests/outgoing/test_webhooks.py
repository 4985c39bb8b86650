"""Webhooks are signed as Standard Webhooks says, which its own library checks."""

import base64
import time

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from secretsapp.core.errors import InvalidInput
from secretsapp.core.plaintext import Plaintext
from secretsapp.outgoing.webhooks import check_secret, new_secret, signed_headers

BODY = '{"sentence": "gave Ada “Rotate” in Harbor"}'.encode()


def test_the_published_library_takes_a_message_and_refuses_a_changed_one() -> None:
    secret = check_secret(new_secret())
    headers = signed_headers(
        Plaintext(secret.encode()), message_id="msg_1", timestamp=int(time.time()), body=BODY
    )
    assert headers["webhook-id"] == "msg_1"
    receiver = Webhook(secret)
    assert receiver.verify(BODY, headers)["sentence"].startswith("gave Ada")
    for changed in ({**headers, "webhook-id": "msg_2"}, {**headers, "webhook-timestamp": "0"}):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(BODY, changed)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(BODY.replace(b"Ada", b"Eve"), headers)


def test_a_signature_is_the_one_of_the_specification() -> None:
    headers = signed_headers(
        Plaintext(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("size", [24, 32, 64])
def test_secrets_of_others_are_taken_in_one_form(size: int) -> None:
    encoded = base64.b64encode(b"k" * size).decode()
    assert check_secret(f" whsec_{encoded.rstrip('=')}\n") == f"whsec_{encoded}"


@pytest.mark.parametrize(
    "written",
    ["", "whsec_", "whsec_bWFya2Vy", "whsec_" + "k" * 33, "k" * 32, "whsec_" + "A" * 88, "whsec_ü"],
)
def test_what_is_no_secret_is_refused_and_not_repeated(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_secret(written)
    assert not written or written not in str(refused.value).replace("whsec_ and", "")
