"""Programs that one command runs together: none outlives it, whatever ends first."""

import os
import signal
from collections.abc import Iterator

import pytest

from secretsapp.management import processes
from secretsapp.management.processes import ENDING, Processes, ProcessFailed

ENVIRONMENT = dict(os.environ)

SAY_AND_STAY = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print(os.getpid(), flush=True); time.sleep(600)"
)

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("usual_signals")]


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Puts back what the signals did before."""
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def start_staying(running: Processes, program: str = SAY_AND_STAY) -> int:
    """Start a program that stays, and give its id."""
    return int(running.start_announcing("stayer", ["-c", program], ENVIRONMENT))


def assert_gone(process_id: int) -> None:
    """There is no such process, not even one that waits to be asked for its status."""
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)


def test_when_one_ends_it_is_named_and_the_others_are_ended() -> None:
    with Processes() as running:
        stayer = start_staying(running)
        running.start("short", ["-c", "pass"], ENVIRONMENT)
        assert running.wait_for_an_end() == "short"
    assert_gone(stayer)


@pytest.mark.parametrize("problem", [ProcessFailed("That went wrong."), KeyboardInterrupt()])
def test_error_and_interrupt_end_every_process(problem: BaseException) -> None:
    stayers = []

    def run_into_the_problem() -> None:
        with Processes() as running:
            stayers.append(start_staying(running))
            raise problem

    with pytest.raises(type(problem)):
        run_into_the_problem()
    assert_gone(stayers[0])


def test_process_that_does_not_heed_the_signal_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "ENDING_SECONDS", 0.1)
    with Processes() as running:
        stayer = start_staying(running, STUBBORN)
    assert_gone(stayer)


def test_step_that_fails_and_program_that_says_nothing_are_told() -> None:
    with Processes() as running:
        running.finish("set-up", ["-c", "pass"], ENVIRONMENT)
        assert running.ended() == ""
        with pytest.raises(ProcessFailed, match="The set-up failed"):
            running.finish("set-up", ["-c", "raise SystemExit(1)"], ENVIRONMENT)
        with pytest.raises(ProcessFailed, match="The emulator didn't start"):
            running.start_announcing("emulator", ["-c", "pass"], ENVIRONMENT)
