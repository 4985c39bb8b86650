"""What is said of an exception: kinds and places, whatever its words are."""

from collections.abc import Callable

from secretsapp.core.failures import LONGEST_CHAIN, MOST_PLACES, failures_of


def raised(fail: Callable[[], object]) -> Exception:
    """What the function raises."""
    try:
        fail()
    except Exception as error:  # noqa: BLE001 - whatever it is
        return error
    raise AssertionError("it did not fail")


def sink(depth: int = 0) -> None:
    """Fail below so many calls, with words, a note and a cause."""
    if depth:
        sink(depth - 1)
    try:
        raise ValueError("marker")
    except ValueError as cause:
        error = KeyError("marker")
        error.add_note("marker")
        raise error from cause


def test_the_kinds_of_a_chain_are_told_with_the_oldest_first() -> None:
    first, second = failures_of(raised(sink))
    assert (first.kind, second.kind, second.module) == ("ValueError", "KeyError", "builtins")
    assert [place.function for place in second.places] == ["raised", "sink"]
    assert second.places[-1].module == __name__
    assert "marker" not in repr([first, second])


def test_what_was_suppressed_is_left_out() -> None:
    def replace() -> None:
        try:
            sink()
        except KeyError:
            raise RuntimeError("marker") from None

    assert [failure.kind for failure in failures_of(raised(replace))] == ["RuntimeError"]


def test_no_chain_and_no_depth_is_without_end() -> None:
    error = raised(lambda: sink(2 * MOST_PLACES))
    assert len(failures_of(error)[-1].places) == MOST_PLACES
    error.__cause__ = error
    assert len(failures_of(error)) == 1
    for _ in range(2 * LONGEST_CHAIN):
        newer = ValueError()
        newer.__context__ = error
        error = newer
    assert len(failures_of(error)) == LONGEST_CHAIN


def test_a_file_is_named_without_the_directories_of_this_machine() -> None:
    place = failures_of(raised(sink))[-1].places[-1]
    assert str(place) == f'File "tests/core/test_failures.py", line {place.line}, in sink'
    code = compile("1 / 0", "/nowhere/imported/secret.py", "exec")
    assert failures_of(raised(lambda: eval(code)))[0].places[-1].file == "secret.py"  # noqa: S307
