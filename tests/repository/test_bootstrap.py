"""Browsers read what pages use of Bootstrap, and nothing else of it."""

from tests.repository.bootstrap import PART, WHOLE, part_used
from tests.repository.files import ROOT


def test_the_part_is_what_pages_use() -> None:
    again = "python -m tests.repository.bootstrap writes it again"
    assert PART.read_text() == part_used(), again


def test_it_is_less_than_a_tenth_and_the_whole_is_not_loaded() -> None:
    assert len(PART.read_text()) * 10 < len(WHOLE.read_text())
    sheets = [path.read_text() for path in (ROOT / "static/css").glob("*.css")]
    assert any(PART.name in sheet for sheet in sheets)
    assert not any(WHOLE.name in sheet for sheet in sheets)


def test_it_has_the_rules_of_classes_in_use_and_of_no_others() -> None:
    part = PART.read_text()
    for used in (".btn:disabled", ".form-control:focus", ".form-select", ".visually-hidden"):
        assert used in part
    for unused in (".carousel", ".navbar", ".col-md-6", "data-bs-theme=dark"):
        assert unused in WHOLE.read_text()
        assert unused not in part
