"""Who reads the log that is measured, and which pages of it: found often, never, and never both."""

from itertools import combinations

FIRST_UNIVERSE = 6930499524

# Who asks: of everything, of one universe, and of the names that a pattern matches.
READERS = ("everything", "one universe", "a pattern")
PATTERN = "PROVIDER_1*"
UNIVERSE = str(FIRST_UNIVERSE + 3)
# What is found in a log of any length, and what is found in none.
FOUND = (
    ("q", "contractor"),
    ("universe", UNIVERSE),
    ("person", "person7@example.com"),
    ("about", "person8@example.com"),
    ("door", "worker"),
    ("address", "192.0.2.7"),
    ("secret", "PROVIDER_1*"),
    ("secret", "PROVIDER_17_TOKEN"),
    ("event", "secret.rotate"),
    ("result", "refused"),
    ("session", f"{1:016x}"),
    ("request", f"{700:016x}"),
    ("since", "1h"),
    ("from", "2024-01-01"),
)
NOT_FOUND = (
    ("q", "zebra"),
    ("universe", "77"),
    ("person", "nobody@example.com"),
    ("about", "nobody@example.com"),
    ("door", "shell"),
    ("address", "198.51.100.1"),
    ("secret", "ZZZ_*"),
    ("event", "universe.removed"),
    ("result", "failed"),
    ("session", "0" * 15 + "x"),
    ("request", "0" * 15 + "x"),
    ("from", "2999-01-01"),
)
# Each of the two is found often, and never both.
APART = (
    {"person": "person7@example.com", "address": "192.0.2.8"},
    {"door": "worker", "event": "secret.rotate"},
    {"event": "person.signed_in", "universe": UNIVERSE},
    {"person": "system", "result": "refused"},
)


def _single() -> list[dict[str, str]]:
    return [{}, *({name: text} for name, text in (*FOUND, *NOT_FOUND))]


def _pairs() -> list[dict[str, str]]:
    known = [dict(pair) for pair in combinations(FOUND, 2) if pair[0][0] != pair[1][0]]
    with_nothing = [
        dict((one, other)) for one in FOUND[::3] for other in NOT_FOUND if one[0] != other[0]
    ]
    # A preset and a day are two ways to say a time.
    usable = [each for each in (*known, *with_nothing) if not {"since", "from"} <= each.keys()]
    return [*usable, *APART]


SINGLE, PAIRS = _single(), _pairs()
