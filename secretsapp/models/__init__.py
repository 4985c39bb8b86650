"""The tables; doors read and write them through the rooms alone."""

from secretsapp.models.access import EVERYWHERE, Grant, GrantPattern, Membership, Place, Team
from secretsapp.models.accounts import (
    Identity,
    NewSignIn,
    OneTimeCode,
    PasswordMail,
    RequiredFactor,
    SignedIn,
    User,
    WrongPasswords,
)
from secretsapp.models.audit import (
    AuditArchive,
    AuditBlock,
    AuditEvent,
    AuditHead,
    AuditPosting,
    AuditShelf,
    AuditSubtree,
    AuditTerm,
    Checkpoint,
    Cosignature,
    Tally,
    Witness,
)
from secretsapp.models.batches import Batch, BatchItem, Lane
from secretsapp.models.channels import Channel, Delivery
from secretsapp.models.due import DueDay, RotationPolicy, Snooze
from secretsapp.models.installation import Budget, CacheEntry, KeyProof, Worker
from secretsapp.models.invitations import Invitation, InvitationGrant
from secretsapp.models.mail import OutgoingMail
from secretsapp.models.requests import AccessRequest
from secretsapp.models.reviews import Review, ReviewItem
from secretsapp.models.secrets import Absence, Change, Proposal, Secret
from secretsapp.models.servers import LogReading, Publication, Rollout, ServerRestart
from secretsapp.models.shortcuts import SavedSearch, Shortcut
from secretsapp.models.universes import (
    ApiKey,
    GroupNotice,
    OAuthAccess,
    RobloxGroup,
    Universe,
)

__all__ = [
    "EVERYWHERE",
    "Absence",
    "AccessRequest",
    "ApiKey",
    "AuditArchive",
    "AuditBlock",
    "AuditEvent",
    "AuditHead",
    "AuditPosting",
    "AuditShelf",
    "AuditSubtree",
    "AuditTerm",
    "Batch",
    "BatchItem",
    "Budget",
    "CacheEntry",
    "Change",
    "Channel",
    "Checkpoint",
    "Cosignature",
    "Delivery",
    "DueDay",
    "Grant",
    "GrantPattern",
    "GroupNotice",
    "Identity",
    "Invitation",
    "InvitationGrant",
    "KeyProof",
    "Lane",
    "LogReading",
    "Membership",
    "NewSignIn",
    "OAuthAccess",
    "OneTimeCode",
    "OutgoingMail",
    "PasswordMail",
    "Place",
    "Proposal",
    "Publication",
    "RequiredFactor",
    "Review",
    "ReviewItem",
    "RobloxGroup",
    "Rollout",
    "RotationPolicy",
    "SavedSearch",
    "Secret",
    "ServerRestart",
    "Shortcut",
    "SignedIn",
    "Snooze",
    "Tally",
    "Team",
    "Universe",
    "User",
    "Witness",
    "Worker",
    "WrongPasswords",
]
