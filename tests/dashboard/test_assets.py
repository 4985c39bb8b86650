"""Static files: with a hash in the name once collected, as they are before."""

import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.templatetags.static import static
from pytest_django import Settings

from dashboard.assets import SHEET, CollectedWhereFound

STYLES = Path(__file__).parents[2] / "static" / "css"
ORDER = ["vendor", "tokens", "base", "components", "pages", "print"]
STYLE = "vendor/bootstrap/used.css"


def test_name_stays_where_nothing_is_collected(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    assert static(STYLE) == f"/static/{STYLE}"


def test_collected_name_holds_a_hash_and_a_compressed_copy_lies_beside(
    tmp_path: Path, settings: Settings
) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    served = CollectedWhereFound(location=tmp_path, base_url="/static/").url(STYLE)
    assert served.startswith("/static/vendor/bootstrap/used.")
    assert served != f"/static/{STYLE}"
    assert (tmp_path / f"{served.removeprefix('/static/')}.gz").is_file()


def test_file_added_after_collecting_keeps_its_name(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    storage = CollectedWhereFound(location=tmp_path, base_url="/static/")
    assert storage.url("added.css") == "/static/added.css"


def test_the_collected_style_sheet_holds_its_parts_each_in_its_layer(
    tmp_path: Path, settings: Settings
) -> None:
    settings.STATIC_ROOT = tmp_path
    for _ in ("at first", "again, when nothing is new"):
        call_command("collectstatic", interactive=False, verbosity=0)
        storage = CollectedWhereFound(location=tmp_path, base_url="/static/")
        whole = (tmp_path / storage.stored_name(SHEET)).read_text("utf-8")
        assert "@import" not in whole
        assert "@charset" not in whole
        for part in ("vendor/bootstrap/used.css", "css/tokens.css", "css/print.css"):
            rules = (tmp_path / part).read_text("utf-8").removeprefix('@charset "UTF-8";')
            assert whole.count(rules) == 1
        layers = re.findall(r"^@layer (\w+) \{", whole, re.MULTILINE)
        assert list(dict.fromkeys(layers)) == ORDER
        assert whole.index("@media print {\n@layer print {") > whole.index("@layer pages {")
        assert whole.count("{") == whole.count("}")


def test_every_style_sheet_of_ours_is_a_part_of_the_one() -> None:
    sheet = (STYLES / "sealroom.css").read_text("utf-8")
    assert re.findall(r"^@layer ([\w, ]+);", sheet, re.MULTILINE) == [", ".join(ORDER)]
    imported = re.findall(r'^@import url\("([\w.-]+)"\)', sheet, re.MULTILINE)
    others = [path.name for path in STYLES.iterdir() if path.name != "sealroom.css"]
    assert sorted(imported) == sorted(others)


def test_no_part_names_a_file_that_lies_elsewhere_once_the_parts_are_together() -> None:
    styles = [*STYLES.iterdir(), STYLES.parent / STYLE]
    for path in styles:
        named = re.findall(r"url\(.(.{5})", path.read_text("utf-8"))
        assert path.name == "sealroom.css" or set(named) <= {"data:"}


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
