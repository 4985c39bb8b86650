"""What queues and sends mail: none of it writes an event, and no mail server is set."""

from secretsapp.access import end_mail
from secretsapp.mail import outbox, sending
from tests.actions.acting import Action, Stage


def queue(stage: Stage) -> None:
    """Queue a mail to the viewer."""
    outbox.queue(end_mail.KIND, stage.cast["viewer"].user, {"grant": "1"})


MAIL_ACTIONS = [
    Action("outbox.is_set_up", lambda _stage: outbox.is_set_up()),
    Action("outbox.queue", queue),
    Action("outbox.queue_all", lambda _stage: outbox.queue_all([])),
    Action("outbox.mail", lambda _stage: outbox.mail(end_mail.KIND, "new@example.com", {})),
    Action("outbox.backlog", lambda _stage: outbox.backlog()),
    Action("outbox.clear", lambda _stage: outbox.clear()),
    Action("sending.send_waiting", lambda _stage: sending.send_waiting([end_mail.KIND])),
    Action("end_mail.queue_due", lambda _stage: end_mail.queue_due()),
]
