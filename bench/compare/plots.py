"""Bars as SVG, without any library: one picture for each work, readable on a light and on a dark page."""

from __future__ import annotations

from html import escape

from results import OURS, Results
from table import number
from works import Work

WIDTH = 720
BAR = 22
STEP = 32
LEFT = 170
RIGHT = 110
TOP = 56

STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 15px; }
  .note { fill: #57606a; }
  .ours { fill: #0969da; }
  .theirs { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note { fill: #9da7b1; }
    .ours { fill: #4493f8; }
    .theirs { fill: #6e7681; }
  }
"""


def bars(title: str, note: str, values: list[tuple[str, float, str, bool]]) -> str:
    """`values`: name, length, what is written beside it, and whether it is ours."""
    height = TOP + STEP * len(values) + 8
    longest = max((value for _, value, _, _ in values), default=0) or 1
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="0" y="18">{escape(title)}</text>',
        f'<text class="note" x="0" y="38">{escape(note)}</text>',
    ]
    for row, (name, value, text, is_ours) in enumerate(values):
        top = TOP + row * STEP
        length = max(value / longest * (WIDTH - LEFT - RIGHT), 1)
        baseline = top + BAR - 6
        lines += [
            f'<text x="{LEFT - 10}" y="{baseline}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{"ours" if is_ours else "theirs"}" x="{LEFT}" y="{top}" width="{length:.1f}" '
            f'height="{BAR}" rx="3"/>',
            f'<text x="{LEFT + length + 8:.1f}" y="{baseline}">{escape(text)}</text>',
        ]
    return "\n".join([*lines, "</svg>", ""])


def plot(results: Results, work: Work) -> str | None:
    """What systems are compared by; nothing where no system has it."""
    figure = work.figures[0]
    values = []
    for system in results.systems_of(work):
        value = results.median(work, system, figure)
        if value is not None:
            values.append((system.title, value, number(value, figure.digits), system.name == OURS))
    if not values:
        return None
    note = f"{figure.title}; {'longer' if figure.more_is_better else 'shorter'} is better"
    return bars(work.heading(results.size), note, values)
