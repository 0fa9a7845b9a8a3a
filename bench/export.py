"""Memory and time of the export of 100,000 rows, in a process of its own, written as the worker writes it."""

import subprocess
import sys
import time

from bench.door import ROOT
from bench.figures import Row

RUNS = 3  # each takes most of a minute
MEGABYTE = 1024  # ru_maxrss counts in kilobytes


def measure() -> list[Row]:
    runs = []
    for _ in range(RUNS):
        said = subprocess.run(
            [sys.executable, "-m", "bench.export"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split()
        runs.append(tuple(float(word) for word in said[-3:]))
    seconds, peak, size = (sorted(values)[RUNS // 2] for values in zip(*runs, strict=True))
    how = f"median of {RUNS} runs, usual columns, a file of {size:.0f} MB"
    return [
        Row("export of 100,000 vehicles, peak memory of the process", peak, "MB", how, 300),
        Row("export of 100,000 vehicles, time", seconds, "s", how),
    ]


def main() -> None:
    import os
    import resource

    import django

    django.setup()
    from django.utils import timezone

    from openflex.core.xlsx import write_xlsx
    from settings_admin.scoping import Reach, Scope, scoped, unscoped
    from vehicles import selectors
    from vehicles.exports import stock_sheet
    from vehicles.lists import DEFAULT_COLUMNS
    from vehicles.models import Vehicle

    now = timezone.now()
    start = time.perf_counter()
    with unscoped("both holdings make the 100,000"):
        everywhere = Reach(whole=frozenset(Vehicle.objects.order_by().values_list("entity_id", flat=True).distinct()))
    rights = dict.fromkeys(("vehicles.see_margin", "vehicles.see_market_value"), everywhere)
    with scoped(Scope(reach=everywhere, grants=rights)):
        rows = selectors.vehicle_rows(now=now).order_by("-entered_on", "-pk")
        file = write_xlsx(stock_sheet(rows, DEFAULT_COLUMNS, now))
    seconds = time.perf_counter() - start
    size = os.fstat(file.fileno()).st_size / 1024 / 1024
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE, size)


if __name__ == "__main__":
    main()
