"""QR codes as paths of an SVG, which a strict Content-Security-Policy lets a page show."""

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class QrCode:
    """The dark squares as one path, in a picture so many squares wide, its edge included."""

    path: str
    size: int


def draw(text: str) -> QrCode:
    """The QR code of the text, with the empty edge of four squares that readers need."""
    # Only one page draws one.
    from qrcode import QRCode  # noqa: PLC0415
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415

    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    return QrCode("".join(_line(row, y) for y, row in enumerate(rows)), len(rows))


def _line(row: list[bool], y: int) -> str:
    """A rectangle for each run of dark squares."""
    parts, x = [], 0
    for is_dark, squares in groupby(row):
        width = len(list(squares))
        if is_dark:
            parts.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(parts)
