"""What the demo tells: a group with three universes, its secrets, its people and their rights."""

from collections.abc import Sequence
from dataclasses import dataclass

API_KEY_NAME = "Harbor automation"
API_KEY = "demo-key-of-the-automation-account"
SERVER_KEY_NAME = "Harbor servers and group"
SERVER_KEY = "demo-key-for-servers-and-the-group"
GROUP_ID, GROUP_NAME = 1234567, "Harbor Works"
# Accounts at Roblox: the owner of the group, who also made the key for servers, and a developer.
GROUP_OWNER, DEVELOPER = 7001001, 7001002
PASSWORD = "lantern on the quay 7"  # noqa: S105 - printed at every start, for the demo alone

HARBOR = 6930499524
STAGING = 7012886410
PLAYGROUND = 7105523377

ADMIN = "admin@example.com"
MANAGER = "manager@example.com"
EDITOR = "editor@example.com"
ROTATOR = "rotator@example.com"
VIEWER = "viewer@example.com"
AUDITOR = "auditor@example.com"
# Is invited, and has no account yet.
NEWCOMER = "noor@example.com"


@dataclass(frozen=True)
class PlannedSecret:
    """A secret that is there before the demo begins; ages are in days."""

    name: str
    domain: str
    created: int
    changed: int
    note: str = ""
    owner: str = ""


@dataclass(frozen=True)
class PlannedUniverse:
    """A universe of the group and what it holds."""

    universe_id: int
    name: str
    environment: str
    secrets: Sequence[PlannedSecret]


@dataclass(frozen=True)
class Account:
    """A person of the demo, and what they can do, in words."""

    email: str
    name: str
    rights: str


ACCOUNTS = (
    Account(ADMIN, "Alex Rivera", "everything, everywhere"),
    Account(MANAGER, "Mina Okafor", "everything on the three universes, and who else may"),
    Account(EDITOR, "Eli Shaw", "creates and rotates in Staging and Playground, lists Harbor"),
    Account(ROTATOR, "Robin Tan", "rotates the secrets of Harbor that begin with PAY_"),
    Account(VIEWER, "Vera Lindqvist", "lists Harbor, for two weeks"),
    Account(AUDITOR, "Aude Martin", "lists, and reads the audit log, everywhere"),
)

_PAYMENTS = "api.payments.example.com"

_PRODUCTION_SECRETS = (
    PlannedSecret(
        "PAY_API_KEY", _PAYMENTS, 412, 95, "Live key of the payment provider. Theirs ends yearly."
    ),
    PlannedSecret("PAY_REFUND_KEY", _PAYMENTS, 200, 200, "May refund; ask a manager before use."),
    PlannedSecret(
        "PAY_WEBHOOK_SEED", "", 412, 390, "Never leaves the game: it only checks signatures."
    ),
    PlannedSecret(
        "ANALYTICS_TOKEN", "*.collector.example.com", 530, 61, "Write-only token.", EDITOR
    ),
    PlannedSecret("CHAT_WEBHOOK_URL", "hooks.chat.example.com", 300, 81, "Posts to #live-ops."),
    PlannedSecret("FEATURE_FLAGS_KEY", "flags.example.com", 150, 150),
    PlannedSecret(
        "LEGACY_STATS_KEY", "*", 1130, 1130, "Who uses this?\nFind out before it is deleted."
    ),
    PlannedSecret("MATCHMAKER_TOKEN", "match.harbor.example.com", 188, 88, owner=MANAGER),
    PlannedSecret("MODERATION_API_KEY", "api.moderation.example.net", 260, 133, owner=EDITOR),
    PlannedSecret("TRANSLATION_KEY", "translate.example.org", 45, 45),
)

_STAGING_SECRETS = (
    PlannedSecret("PAY_API_KEY", "sandbox.payments.example.com", 410, 180, "Sandbox key."),
    PlannedSecret("PAY_WEBHOOK_SEED", "", 410, 410),
    PlannedSecret("ANALYTICS_TOKEN", "*.collector.example.com", 520, 61),
    PlannedSecret("FEATURE_FLAGS_KEY", "flags.example.com", 149, 120),
    PlannedSecret("MATCHMAKER_TOKEN", "match-staging.harbor.example.com", 188, 85),
)

_PLAYGROUND_SECRETS = (
    PlannedSecret("FEATURE_FLAGS_KEY", "flags.example.com", 140, 140),
    PlannedSecret("OLD_PROTOTYPE_KEY", "prototype.example.com", 700, 650),
)

UNIVERSES = (
    PlannedUniverse(HARBOR, "Harbor", "production", _PRODUCTION_SECRETS),
    PlannedUniverse(STAGING, "Harbor Staging", "staging", _STAGING_SECRETS),
    PlannedUniverse(PLAYGROUND, "Harbor Playground", "development", _PLAYGROUND_SECRETS),
)
