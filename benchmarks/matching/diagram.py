"""A reliability diagram as a picture, written by hand: no library is needed to draw squares."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

SIDE, MARGIN = 320, 48
LARGEST, SMALLEST = 9.0, 2.0


@dataclass(frozen=True, slots=True)
class Bin:
    """Pairs with like scores: how many, their mean score, and the share that fits."""

    pairs: int
    said: float
    found: float


def reliability_svg(title: str, bins: Sequence[Bin]) -> str:
    """What was said against what was found; a circle's area is its number of pairs."""
    most = max((b.pairs for b in bins), default=1)
    circles = "\n".join(_circle(b, most) for b in bins)
    width = SIDE + 2 * MARGIN
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" role="img"
 font-family="sans-serif" font-size="12">
<title>{escape(title)}</title>
<rect width="{width}" height="{width}" fill="#fff"/>
<text x="{MARGIN}" y="{MARGIN / 2}" font-size="13">{escape(title)}</text>
<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" fill="none" stroke="#555"/>
<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#999" stroke-dasharray="4 4"/>
{_ticks()}
<text x="{_x(0.5)}" y="{width - 8}" text-anchor="middle">probability said</text>
<text transform="translate(14 {_y(0.5)}) rotate(-90)" text-anchor="middle">share found</text>
{circles}
</svg>
"""


def _circle(found: Bin, most: int) -> str:
    told = f"{found.pairs} pairs: said {found.said:.2f}, found {found.found:.2f}"
    radius = max(SMALLEST, LARGEST * (found.pairs / most) ** 0.5)
    return (
        f'<circle cx="{_x(found.said)}" cy="{_y(found.found)}" r="{radius:.1f}" fill="#1b4f72">'
        f"<title>{told}</title></circle>"
    )


def _ticks() -> str:
    lines = []
    for step in range(0, 11, 2):
        at = step / 10
        lines.append(f'<text x="{_x(at)}" y="{_y(0) + 16}" text-anchor="middle">{at}</text>')
        lines.append(f'<text x="{_x(0) - 6}" y="{_y(at) + 4}" text-anchor="end">{at}</text>')
    return "\n".join(lines)


def _x(value: float) -> float:
    return round(MARGIN + SIDE * value, 1)


def _y(value: float) -> float:
    return round(MARGIN + SIDE * (1 - value), 1)
