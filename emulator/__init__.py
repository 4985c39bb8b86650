"""A stand-in for Roblox's Open Cloud: real sockets, real key pairs, and faults on request."""

from emulator.api_keys import (
    MANAGE_GROUP,
    READ_GROUP,
    READ_SECRETS,
    READ_UNIVERSE,
    WRITE_PLACES,
    WRITE_SECRETS,
    WRITE_UNIVERSE,
    ApiKey,
    Block,
)
from emulator.faults import Fault, Injection
from emulator.group import Group
from emulator.journal import RecordedRequest
from emulator.service import Emulator, EmulatorFailed
from emulator.universe import SecretRecord, Universe

__all__ = [
    "MANAGE_GROUP",
    "READ_GROUP",
    "READ_SECRETS",
    "READ_UNIVERSE",
    "WRITE_PLACES",
    "WRITE_SECRETS",
    "WRITE_UNIVERSE",
    "ApiKey",
    "Block",
    "Emulator",
    "EmulatorFailed",
    "Fault",
    "Group",
    "Injection",
    "RecordedRequest",
    "SecretRecord",
    "Universe",
]
