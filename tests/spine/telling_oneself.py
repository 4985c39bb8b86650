"""What someone tells the audit log at the addresses about themselves."""

from tests.spine.acts import Telling
from tests.spine.scenes import (
    VIEWER,
    app,
    code_for_an_address,
    identity,
    identity_there,
    new_sign_in,
    passkey,
    required_factor,
    second_session,
)
from tests.stage import PASSWORD

ONESELF = (
    Telling("me", ("person.changed viewer@example.com",), by="viewer"),
    Telling(
        "me_password",
        ("person.password_set viewer@example.com",),
        by="viewer",
        sent={"current": PASSWORD, "password": "a lantern on the pier"},
    ),
    Telling(
        "me_address_confirm",
        ("person.address_changed new@example.com",),
        by="viewer",
        prepare=code_for_an_address,
    ),
    Telling("confirm", by="viewer", sent={"password": PASSWORD}),
    # Who has an app already adds none: the code for a new one is in `tests/pages`.
    Telling("me_app", by="viewer", prepare=app),
    Telling("me_app_remove", (f"person.factor_removed {VIEWER}",), by="viewer", prepare=app),
    Telling(
        "me_passkey_rename",
        (f"person.factor_renamed {VIEWER}",),
        by="viewer",
        prepare=passkey("me_passkey_rename"),
    ),
    Telling(
        "me_passkey_remove",
        (f"person.factor_removed {VIEWER}",),
        by="viewer",
        prepare=passkey("me_passkey_remove"),
    ),
    Telling(
        "me_disconnect",
        (f"person.identity_disconnected {VIEWER}",),
        by="viewer",
        prepare=identity,
    ),
    Telling("me_recovery_codes", (f"person.factor_added {VIEWER}",), by="viewer", prepare=app),
    Telling(
        "person_disconnect", (f"person.identity_disconnected {VIEWER}",), prepare=identity_there
    ),
    Telling("person_factors_reset", (f"person.factors_reset {VIEWER}",), prepare=app),
    Telling("required_factors", ("person.factor_required",), sent={"confirmed": "on"}),
    Telling("required_factors_stop", ("person.factor_optional",), prepare=required_factor),
    Telling("session_end", ("person.sessions_ended admin@example.com",), prepare=second_session),
    Telling(
        "sessions_end_others", ("person.sessions_ended admin@example.com",), prepare=second_session
    ),
    Telling(
        "sign_in_disown",
        (
            "person.sign_in_disowned admin@example.com",
            "person.sessions_ended admin@example.com",
        ),
        prepare=second_session,
    ),
    Telling(
        "sign_in_recognize",
        (f"person.sign_in_recognized {VIEWER}",),
        by="viewer",
        prepare=new_sign_in,
    ),
)
