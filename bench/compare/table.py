"""Figures as text: a block for each work, a column for each system. Markdown where it is asked for."""

from __future__ import annotations

from results import Results
from systems import System
from works import Figure, Work


def number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def _cell(results: Results, work: Work, system: System, figure: Figure) -> str:
    value = results.median(work, system, figure)
    if value is not None:
        return number(value, figure.digits)
    if results.failure(work, system):
        return "failed"
    return "not sustained" if figure is work.figures[0] else "-"


def _rows(results: Results, work: Work) -> list[list[str]]:
    systems = results.systems_of(work)
    rows = [[work.heading(results.size), *(system.title for system in systems)]]
    for figure in work.figures:
        rows.append([figure.title, *(_cell(results, work, system, figure) for system in systems)])
        if figure is work.figures[0] and len(systems) > 1:
            ratios = [results.ratio(work, system) for system in systems]
            rows.append(["  Longwire's, of theirs", *("" if r is None else f"{r:.2f}x" for r in ratios)])
    return rows


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))
        lines.append("  ".join([row[0].ljust(widths[0]), *others]).rstrip())
    return "\n".join(lines)


def _markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cell.strip() for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def render(results: Results, markdown: bool = False) -> str:
    blocks = [_rows(results, work) for work in results.works if results.systems_of(work)]
    text = "\n\n".join((_markdown if markdown else _aligned)(rows) for rows in blocks)
    for name, why in results.left_out.items():
        text += f"\n\nleft out: {name}, for want of {why}"
    return text + "\n"
