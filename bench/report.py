"""The table on the terminal, and docs/quality.md: the last measurement of each group, with its day and machine."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from bench.door import ROOT
from bench.figures import Row

# Beside the code: a group measured alone, on another checkout, leaves the figures of the others as they are.
KEPT = ROOT / "bench" / "figures.json"
PAGE = ROOT / "docs" / "quality.md"
TITLES = {
    "setup": "Set-up", "pages": "Pages: server time", "statements": "Pages: SQL statements",
    "browser": "Pages in the browser", "quotations": "Quotation", "patience": "Quotation: a provider that hangs",
    "export": "Export", "imports": "Import", "live": "Live", "comments": "Comments",
}  # fmt: skip
HEADS = ("figure", "bar", "measured", "unit", "verdict", "how")


def keep(group: str, rows: Iterable[Row]) -> None:
    """Beside the other groups' last figures, so that a group can be measured alone."""
    kept = _kept()
    kept[group] = {
        "on": date.today().isoformat(),  # noqa: DTZ011 - the day on this machine
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "rows": [asdict(row) for row in rows],
    }
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def _kept() -> dict[str, Any]:
    return dict(json.loads(KEPT.read_text())) if KEPT.exists() else {}


def table(groups: Iterable[str]) -> str:
    cells = [list(HEADS)] + [Row(**row).cells() for group in groups for row in _kept()[group]["rows"]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADS))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in cells)


def write() -> None:
    kept = _kept()
    parts = [
        "# Measured figures",
        "Written by `bin/bench`; not by hand. Times are the median of at least five runs on a shared machine, where a "
        "limit can be measured beside them also as a ratio. No test passes or fails by the clock. The embedded "
        "database answers before its disk has written: in production each transaction that writes waits for the disk "
        "too. Volume data: 100,000 vehicles, 200,000 customers, 50,000 opportunities and 20,000 quotations in "
        "two holdings; the reader administers the one with 80,000 vehicles, in all of its entities.",
        "## What falls short\n" + _shortfalls(kept),
    ]
    parts += [_section(group, kept[group]) for group in TITLES if group in kept]
    PAGE.write_text("\n\n".join(parts) + "\n")


def _shortfalls(kept: dict[str, Any]) -> str:
    missed = [
        f"- {TITLES[group]} — {row.figure}: {row.cells()[2]} {row.unit}, bar {row.bar_text}."
        for group in TITLES
        for row in (Row(**each) for each in kept.get(group, {"rows": []})["rows"])
        if row.is_met is False
    ]
    missed += [f"- {title}: not measured yet." for group, title in TITLES.items() if group not in kept]
    return "\n".join(missed) or "Nothing that is measured."


def _section(group: str, kept: dict[str, Any]) -> str:
    lines = [f"| {' | '.join(HEADS)} |", "|---|---|---:|---|---|---|"]
    lines += [f"| {' | '.join(Row(**row).cells())} |" for row in kept["rows"]]
    head = f"Measured on {kept['on']}, {kept['cores']} cores, load {kept['load']} at the end."
    return "\n".join([f"## {TITLES[group]}", head, "", *lines])
