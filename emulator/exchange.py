"""One request and its answer: latency and faults around what the router does."""

from threading import Event

from emulator import router
from emulator.answers import Answer
from emulator.faults import Delivery, FaultPlan
from emulator.journal import Journal, RecordedRequest
from emulator.request import Request
from emulator.state import State

CUT = Answer(0)


class Stopped(Exception):
    """The emulator was stopped while a request was waiting."""


class Exchange:
    """Answers requests one way or another; waits end early when the emulator stops."""

    def __init__(self, state: State, latency_ms: float) -> None:
        self.state = state
        self.latency_ms = latency_ms
        self.journal = Journal(state.lock)
        self.faults = FaultPlan()
        self.stopping = Event()

    def respond(self, request: Request, record: RecordedRequest) -> tuple[Answer, Delivery]:
        """The answer to a request, and how much of it should get through; raises Stopped."""
        with self.state.lock:
            fault = self.faults.take(request)
        self._wait(self.latency_ms / 1000 + fault.delay_before)
        answer = self._carry_out(request, record) if fault.carried_out else CUT
        self._wait(fault.delay_after)
        return fault.answer or answer, fault.delivery

    def _carry_out(self, request: Request, record: RecordedRequest) -> Answer:
        answer = router.answer(self.state, request)
        self.journal.carried_out(record, answer.status)
        return answer

    def _wait(self, seconds: float) -> None:
        if seconds > 0 and self.stopping.wait(seconds):
            raise Stopped
