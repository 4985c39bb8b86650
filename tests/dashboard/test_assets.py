"""Static files: with a hash in the name once collected, as they are before."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.templatetags.static import static
from pytest_django import Settings

from dashboard.assets import CollectedWhereFound

STYLE = "vendor/bootstrap/bootstrap.min.css"


def test_name_stays_where_nothing_is_collected(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    assert static(STYLE) == f"/static/{STYLE}"


def test_collected_name_holds_a_hash_and_a_compressed_copy_lies_beside(
    tmp_path: Path, settings: Settings
) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    served = CollectedWhereFound(location=tmp_path, base_url="/static/").url(STYLE)
    assert served.startswith("/static/vendor/bootstrap/bootstrap.min.")
    assert served != f"/static/{STYLE}"
    assert (tmp_path / f"{served.removeprefix('/static/')}.gz").is_file()


def test_file_added_after_collecting_keeps_its_name(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    storage = CollectedWhereFound(location=tmp_path, base_url="/static/")
    assert storage.url("added.css") == "/static/added.css"


@pytest.mark.parametrize("reference", ["url(seal.svg)", "url('seal.svg')", 'url("seal.svg")'])
def test_style_sheet_names_the_collected_file(reference: str, tmp_path: Path) -> None:
    storage = CollectedWhereFound(location=tmp_path, base_url="/static/")
    for name, content in (("a.css", f"p {{ background: {reference} }}"), ("seal.svg", "<svg/>")):
        storage.save(name, ContentFile(content.encode()))
    done = list(storage.post_process({name: (storage, name) for name in ("a.css", "seal.svg")}))
    assert [each for each in done if isinstance(each[2], Exception)] == []
    seal = storage.stored_name("seal.svg")
    assert seal != "seal.svg"
    assert seal in (tmp_path / storage.stored_name("a.css")).read_text()
