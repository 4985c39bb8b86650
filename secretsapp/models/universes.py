"""The tables of universes, of the keys and accesses that open them, and of groups that own them."""

import uuid
from typing import ClassVar

from django.db import models


class ApiKey(models.Model):
    """A Roblox API key, encrypted; its id is made here, because the encryption binds it.

    `check_verdict` is a word of `core/key_verdicts.py`, empty where the key was never tested, and
    `broken_universe` the id of the universe it failed in, where it is that universe alone. `told`
    is what Roblox said of the key itself, which it does of new keys alone. `used_at` is when it
    last read something here, and `warned` names the warning of its end that was told last.

    `look_*` belong to the daily look: when it is due, how far it came, and why the last one could
    not be made. `old_name` is what the key before this one is called at Roblox, until someone says
    that it was deleted there. Where `is_oauth`, no key opens universes but an access by OAuth, its
    `oauth`; the encrypted value is then only a mark, which is another after each connecting.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    encrypted_value = models.BinaryField()
    note = models.TextField(blank=True)
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    checked_at = models.DateTimeField(null=True)
    check_verdict = models.CharField(max_length=30, blank=True, default="")
    check_result = models.TextField(blank=True)
    broken_universe = models.BigIntegerField(null=True)
    failing_since = models.DateTimeField(null=True)
    told = models.TextField(blank=True, default="")
    told_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    warned = models.CharField(max_length=60, blank=True, default="")
    look_due_at = models.DateTimeField(null=True)
    look_claimed_until = models.DateTimeField(null=True)
    look_after = models.BigIntegerField(default=0)
    look_failure = models.TextField(blank=True, default="")
    old_name = models.CharField(max_length=200, blank=True, default="")
    old_replaced_at = models.DateTimeField(null=True)
    is_oauth = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class OAuthAccess(models.Model):
    """The tokens of an access by OAuth, encrypted, and how their renewal stands.

    `generation` counts the tokens that were stored. A renewal is written down before it is sent:
    `renewal_began_at` stays until its outcome is known, `claimed_until` is while a process is at
    it, and `renew_after` is when the next may try. Once `lost_at`, only connecting again helps;
    `lost_why` is a word of `opencloud/answers.py`, and `is_loss_told` whether the log holds it.
    """

    api_key = models.OneToOneField(
        ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="oauth"
    )
    encrypted_tokens = models.BinaryField()
    generation = models.PositiveIntegerField(default=1)
    renewed_at = models.DateTimeField()
    access_ends_at = models.DateTimeField()
    renewal_began_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    renew_after = models.DateTimeField(null=True)
    lost_at = models.DateTimeField(null=True)
    lost_why = models.CharField(max_length=20, blank=True, default="")
    is_loss_told = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"access of {self.api_key_id}"


class Environment(models.TextChoices):
    """What a universe is for; only admins set it."""

    PRODUCTION = "production"
    STAGING = "staging"
    DEVELOPMENT = "development"
    UNSPECIFIED = "", "No environment"


class Universe(models.Model):
    """A Roblox universe, under Roblox's own id.

    `server_key` is the key for its game servers, where there is one.

    `key_fingerprint` is that of the public key for which a value was sealed last, `key_since` when
    that began, and `key_before` the key before it; they are empty where none is known. Since
    `protected_since` changes need the approval of another person. Its secrets are to be rotated
    every `rotate_days`, as the most exact policy that it lies in says.
    """

    id = models.BigIntegerField("universe id", primary_key=True)
    name = models.CharField(max_length=100)
    environment = models.CharField(
        max_length=20, choices=Environment.choices, default=Environment.UNSPECIFIED, blank=True
    )
    owner = models.CharField(max_length=40, blank=True)
    api_key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="universes")
    server_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, related_name="server_universes"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    synced_at = models.DateTimeField(null=True)
    sync_tried_at = models.DateTimeField(null=True)
    sync_failure = models.TextField(blank=True)
    sync_claimed_until = models.DateTimeField(null=True)
    key_fingerprint = models.CharField(max_length=64, blank=True, default="")
    key_before = models.CharField(max_length=64, blank=True, default="")
    key_since = models.DateTimeField(null=True)
    protected_since = models.DateTimeField(null=True)
    rotate_days = models.PositiveIntegerField(null=True)

    class Meta:
        ordering: ClassVar = ["owner", "name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def protected(self) -> bool:
        """Whether changes of its secrets need the approval of another person."""
        return self.protected_since is not None

    @property
    def name_and_environment(self) -> str:
        """What it is called where there is text alone: `Harbor (Production)`."""
        if not self.environment:
            return self.name
        return f"{self.name} ({self.get_environment_display()})"


class RobloxGroup(models.Model):
    """A group under Roblox's own id, with what was read of it last.

    `read_at` is when owner and roles were, `looked_at` when members and the group's log were, too.
    `roles` and `log` are JSON; the log is whole since `log_since`, and `log_failure` says why it
    isn't there. Without `read_at` nothing is known.
    """

    subject_kind: ClassVar[str] = "group"

    id = models.BigIntegerField("group id", primary_key=True)
    name = models.CharField(max_length=100, blank=True)
    owner_id = models.BigIntegerField(null=True)
    roles = models.TextField(blank=True)
    log = models.TextField(blank=True)
    log_since = models.DateTimeField(null=True)
    log_failure = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name, or its id where Roblox told none."""
        return self.name or str(self.pk)


class GroupNoticeKind(models.TextChoices):
    """What changed in a group so that other people may change secrets."""

    OWNER_CHANGED = "owner_changed", "New owner"
    ROLE_ADDED = "role_added", "New role"
    ROLE_CHANGED = "role_changed", "Role changed"


class GroupNotice(models.Model):
    """A change of a group that nobody here has reviewed yet; `what` says it in words."""

    group = models.ForeignKey(RobloxGroup, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=GroupNoticeKind.choices)
    role = models.CharField(max_length=100, blank=True)
    what = models.TextField(blank=True)
    noticed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"
