"""The table of people's accounts."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from secretsapp.core.roles import ROLE_WORDS, Role

SESSION_PURPOSE = "secretsapp.session_of_person"
# What stands for the password of an account that its person shut to someone else: like any that
# begins so, it signs in nobody.
SHUT = "!shut"


class User(AbstractBaseUser):
    """A person who signs in with an email address; what they may do is in `Grant`.

    A new `generation` begins where everything that was handed out to the person so far is to end:
    sessions and known devices carry the one they were made in. `connects_by_address` says whether
    an account at a provider of single sign-on may be connected by their address.
    """

    email = models.EmailField("email address", max_length=254, unique=True)
    name = models.CharField(max_length=100, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_active_at = models.DateTimeField(null=True)
    generation = models.PositiveIntegerField(default=0)
    connects_by_address = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = BaseUserManager["User"]()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_shut(self) -> bool:
        """Whether nobody can sign in, by whatever way, until a link has set a new password."""
        return self.password.startswith(SHUT)

    def get_session_auth_hash(self) -> str:
        """What a session must hold to be this person's: it ends with password or generation."""
        text = f"{self.generation}:{self.password}"
        return salted_hmac(SESSION_PURPOSE, text, algorithm="sha256").hexdigest()


class RequiredFactor(models.Model):
    """That people must have a second factor from a moment on: those with a role anywhere, or all.

    An empty `role` means everyone.
    """

    role = models.CharField(
        max_length=10,
        blank=True,
        unique=True,
        choices=[(each.value, ROLE_WORDS[each]) for each in Role],
    )
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"a second factor of {self.role or 'everyone'}"


class Identity(models.Model):
    """An account of someone at a provider of single sign-on, which signs them in here.

    `bound` repeats whose it is, encrypted for its person: a row that someone edited or moved in the
    database opens nothing. `shown` is how its person knows which account it is.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    shown = models.CharField(max_length=100)
    bound = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_unique"),
            models.UniqueConstraint(fields=["person", "issuer"], name="identity_of_person"),
        ]

    def __str__(self) -> str:
        return f"identity of {self.person_id}"


class SignedIn(models.Model):
    """A session of a person, under the hash that the session itself is stored under.

    What the session holds is encrypted; this is what its person is shown of it.
    """

    stored_key = models.CharField(max_length=40, primary_key=True)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=200, blank=True)
    began_at = models.DateTimeField()
    active_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"session of {self.person_id}"


class NewSignIn(models.Model):
    """A sign-in from a device that wasn't known, until its person says whether it was them.

    `device` is what the cookie of that device is called.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="new_sign_ins")
    device = models.CharField(max_length=40)
    browser = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"new sign-in of {self.person_id}"


class CodePurpose(models.TextChoices):
    """What a one-time code is good for."""

    CLAIM = "claim"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose
    # For a password too, but asked for by anyone: it never takes the place of another.
    MAIL = "mail"
    # To say that a sign-in was someone else's. It ends no other, and no new password ends it.
    NOT_ME = "not_me"
    # To give the account another address: the one that the code was mailed to.
    ADDRESS = "address"


# Of these, a person can have several.
SEVERAL = (CodePurpose.MAIL, CodePurpose.NOT_ME)


class OneTimeCode(models.Model):
    """A code that proves who was given it: only its hash is here, and it ends by being used.

    The code that claims a new installation belongs to no one. `address` is the one that a code was
    mailed to, where it matters whether the person still has it.
    """

    purpose = models.CharField(max_length=10, choices=CodePurpose.choices)
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="codes")
    hashed = models.CharField(max_length=64, unique=True)
    ends_at = models.DateTimeField()
    address = models.CharField(max_length=254, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(person__isnull=True), name="code_of_nobody"
            ),
            models.UniqueConstraint(
                fields=["purpose", "person"],
                condition=~models.Q(purpose__in=SEVERAL),
                name="code_of_person",
            ),
        ]

    def __str__(self) -> str:
        return self.purpose


class PasswordMail(models.Model):
    """A password link that a person asked for by mail, until the worker has sent it."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    asked_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"password mail to {self.person_id}"


class WrongPasswords(models.Model):
    """How many wrong passwords were tried on an account, on devices that it does not know.

    `networks` are those that they came from, as a list in JSON.
    """

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    since = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)
    networks = models.TextField(default="[]")
    mailed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.count} wrong passwords for {self.person_id}"
