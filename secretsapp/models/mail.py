"""The table of mail: what waits to be sent, and for a while what has been."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from secretsapp.models.accounts import User


class MailState(models.TextChoices):
    """How far a mail came; all but the first are ended."""

    WAITING = "waiting"
    SENT = "sent"
    # No one needs it any more.
    DROPPED = "dropped"
    GIVEN_UP = "given_up"


class OutgoingMail(models.Model):
    """A mail to a person, or to an `address` that has no account.

    `about` says in short texts (JSON) what it is about. It never holds a value or a code: the words
    are written when it is sent. Of one kind there is one mail for each `key`, if it has one. No
    worker touches it before `claimed_until`: one is sending it, or it is to be tried again then.
    """

    kind = models.CharField(max_length=40)
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="mails")
    address = models.EmailField(max_length=254, blank=True)
    about = models.TextField(default="{}")
    key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=MailState.choices, default=MailState.WAITING)
    queued_at = models.DateTimeField()
    tried = models.PositiveIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["queued_at"], condition=Q(state=MailState.WAITING), name="mail_waiting"
            ),
            models.Index(fields=["address"], condition=~Q(address=""), name="mail_of_address"),
            models.Index(fields=["ended_at"], name="mail_ended"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], condition=~Q(key=""), name="mail_once"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) & ~Q(address="")
                | Q(person__isnull=False, address=""),
                name="mail_to_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id or 'an address'}"
