"""What people paste to say which universe they mean."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.references import Kind, Reference, parse_reference

DASHBOARD = "create.roblox.com/dashboard/creations/experiences/6930499524"


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("6930499524", 6930499524, Kind.EITHER),
        (" 1 \n", 1, Kind.EITHER),
        (str(UNIVERSE_ID_LIMIT), UNIVERSE_ID_LIMIT, Kind.EITHER),
        (f"https://{DASHBOARD}/overview", 6930499524, Kind.UNIVERSE),
        (DASHBOARD, 6930499524, Kind.UNIVERSE),
        (f"https://{DASHBOARD}/places/112/configure?x=1", 6930499524, Kind.UNIVERSE),
        ("https://www.roblox.com/games/112/Harbor-of-Ships", 112, Kind.PLACE),
        ("http://roblox.com/games/112", 112, Kind.PLACE),
        ("WWW.ROBLOX.COM/Games/112?privateServerLinkCode=7", 112, Kind.PLACE),
        ("https://www.roblox.com/de/games/112/Hafen", 112, Kind.PLACE),
        ("https://www.roblox.com/pt-br/games/112#about", 112, Kind.PLACE),
        ("https://www.roblox.com/games/start?placeId=112&launchData=7", 112, Kind.PLACE),
        ("roblox://placeId=112", 112, Kind.PLACE),
        ("roblox://experiences/start?placeId=112&gameInstanceId=7", 112, Kind.PLACE),
    ],
)
def test_ids_and_links_are_understood(text: str, number: int, kind: Kind) -> None:
    assert parse_reference(text) == Reference(number, kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "0",
        "-1",
        str(UNIVERSE_ID_LIMIT + 1),
        "9" * 5000,
        "٣",
        "Harbor",
        "https://www.roblox.com/share?code=1&type=Server",
        "https://www.roblox.com/users/112/profile",
        "https://www.roblox.com.example.com/games/112",
        "https://example.com/games/112",
        "https://create.roblox.com/dashboard/creations",
        "https://www.roblox.com/games/0/x",
    ],
)
def test_what_names_no_universe_is_told_what_to_paste(text: str) -> None:
    with pytest.raises(InvalidInput, match="Paste the universe id") as caught:
        parse_reference(text)
    assert caught.value.field == "universe"


@given(st.text())
def test_any_text_is_understood_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert 0 < parse_reference(text).number <= UNIVERSE_ID_LIMIT
