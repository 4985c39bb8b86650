"""What can go wrong on the way to an address that someone named; each with its sentence.

`outcome` is the word for it; `may_have_arrived` says whether the other side can have what was sent.

OutgoingError
├── PrivateAddress       the name leads into a private or special network
├── NameNotFound         the name has no address
├── ConnectionFailed     no connection was made, or it broke before anything was sent
├── CertificateRefused   the other side did not prove to be who it should be
├── TimedOut             it took too long
│   └── AnswerTimedOut   everything was sent, and the answer took too long
├── AnswerLost           the connection broke after something was sent, or the answer was no HTTP
├── AnswerTooLong        the answer was longer than is read
└── RedirectRefused      the answer leads to another address
"""

from typing import ClassVar

from secretsapp.core.errors import SealroomError


class OutgoingError(SealroomError):
    """What was to be sent did not arrive, or nobody knows; the sentence has the host alone."""

    outcome: ClassVar[str]
    may_have_arrived: ClassVar[bool] = False
    sentence: ClassVar[str]

    def __init__(self, host: str, **details: object) -> None:
        super().__init__(self.sentence.format(host=host, **details))
        self.host = host


class PrivateAddress(OutgoingError):
    """The name leads to an address that is not one of the internet, and that is not allowed."""

    outcome = "private_address"
    sentence = (
        "The address {address} isn’t public, so nothing was sent to {host}. The setting"
        " CHANNEL_NETWORKS can allow a network."
    )


class NameNotFound(OutgoingError):
    """The name has no address."""

    outcome = "name_not_found"
    sentence = "{host} has no address. Nothing was sent."


class ConnectionFailed(OutgoingError):
    """No connection was made, or it broke before anything was sent."""

    outcome = "connection_failed"
    sentence = "{host} couldn’t be reached. Nothing was sent."


class CertificateRefused(OutgoingError):
    """The other side did not prove to be who it should be."""

    outcome = "certificate_refused"
    sentence = "The certificate of {host} isn’t valid for it. Nothing was sent."


class TimedOut(OutgoingError):
    """It took too long to reach the other side."""

    outcome = "timed_out"
    sentence = "{host} took too long to reach. Nothing was sent."


class AnswerTimedOut(TimedOut):
    """It was sent, wholly or in part, and the answer took too long."""

    outcome = "answer_timed_out"
    may_have_arrived = True
    sentence = "{host} took too long to answer. The message may have arrived."


class AnswerLost(OutgoingError):
    """The connection broke after something was sent, or what came back was no answer."""

    outcome = "answer_lost"
    may_have_arrived = True
    sentence = "{host} gave no usable answer. The message may have arrived."


class AnswerTooLong(OutgoingError):
    """The answer was longer than is read."""

    outcome = "answer_too_long"
    may_have_arrived = True
    sentence = "The answer of {host} was too long. The message may have arrived."


class RedirectRefused(OutgoingError):
    """The answer leads to another address, which nobody has checked."""

    outcome = "redirect_refused"
    may_have_arrived = True
    sentence = (
        "{host} answered {status}: it redirects to another address, and redirects aren’t followed."
        " Enter the final address."
    )
