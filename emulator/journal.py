"""What was asked of the emulator, and what it is still busy with."""

from collections import deque
from dataclasses import dataclass, field, replace
from threading import Condition, RLock

from emulator.request import Request

# A long-running emulator forgets the oldest requests instead of growing forever.
REQUESTS_KEPT = 10_000


@dataclass
class RecordedRequest:
    """A request that arrived; `status` stays None until it is answered, or if it never is.

    `outcome` is the status with which it was carried out, whatever was answered; None if it
    never was.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    status: int | None = None
    outcome: int | None = None


class Journal:
    """Records requests under the emulator's lock, and lets tests wait for them."""

    def __init__(self, lock: RLock) -> None:
        self._moved = Condition(lock)
        self._requests: deque[RecordedRequest] = deque(maxlen=REQUESTS_KEPT)
        self._underway = 0

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests in the order of their arrival, as of now."""
        with self._moved:
            return [replace(request) for request in self._requests]

    def clear(self) -> None:
        """Forget the requests; those underway are still waited for."""
        with self._moved:
            self._requests.clear()

    def arrived(self, request: Request) -> RecordedRequest:
        """Record a request that has just been read."""
        record = RecordedRequest(
            request.method, request.path, request.query, request.headers, request.body
        )
        with self._moved:
            self._requests.append(record)
            self._underway += 1
            self._moved.notify_all()
        return record

    def carried_out(self, record: RecordedRequest, status: int) -> None:
        """Note what became of the request, whatever will be answered."""
        with self._moved:
            record.outcome = status

    def answered(self, record: RecordedRequest, status: int) -> None:
        """Note the status before it is sent, so that a reader of the answer finds it here."""
        with self._moved:
            record.status = status

    def finished(self) -> None:
        """Note that a request is being handled no longer."""
        with self._moved:
            self._underway -= 1
            self._moved.notify_all()

    def wait_idle(self, timeout: float) -> None:
        """Return when no request is being handled; TimeoutError after the timeout."""
        with self._moved:
            if not self._moved.wait_for(lambda: self._underway == 0, timeout):
                raise TimeoutError(f"{self._underway} requests are still being handled.")

    def wait_for_requests(self, count: int, timeout: float) -> None:
        """Return when at least so many requests are recorded; TimeoutError after the timeout."""
        with self._moved:
            if not self._moved.wait_for(lambda: len(self._requests) >= count, timeout):
                raise TimeoutError(f"Only {len(self._requests)} of {count} requests arrived.")
