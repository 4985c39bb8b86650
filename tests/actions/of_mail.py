"""What queues and sends mail: none of it writes an event, and no mail server is set."""

from collections.abc import Callable
from functools import partial

from secretsapp.access import end_mail
from secretsapp.mail import outbox, sending
from secretsapp.models import User
from secretsapp.people import address_mail
from tests.actions.acting import Action, Stage


def queue(stage: Stage) -> None:
    """Queue a mail to the viewer."""
    outbox.queue(end_mail.KIND, stage.cast["viewer"].user, {"grant": "1"})


def tell_of_address(act: Callable[[User, str], None], stage: Stage) -> None:
    """Queue a mail about another address for the viewer."""
    act(stage.cast["viewer"].user, "new@example.com")


MAIL_ACTIONS = [
    *(
        Action(f"address_mail.{act.__name__}", partial(tell_of_address, act))
        for act in (
            address_mail.queue_question,
            address_mail.queue_changed,
            address_mail.queue_changed_by_admin,
        )
    ),
    Action("outbox.is_set_up", lambda _stage: outbox.is_set_up()),
    Action("outbox.queue", queue),
    Action("outbox.queue_all", lambda _stage: outbox.queue_all([])),
    Action("outbox.mail", lambda _stage: outbox.mail(end_mail.KIND, "new@example.com", {})),
    Action("outbox.backlog", lambda _stage: outbox.backlog()),
    Action("outbox.clear", lambda _stage: outbox.clear()),
    Action("sending.send_waiting", lambda _stage: sending.send_waiting([end_mail.KIND])),
    Action("end_mail.queue_due", lambda _stage: end_mail.queue_due()),
]
