"""Memory and time of a file of 10,000 customers, in a process of its own: read as a page reads it, looked at and
created as a worker does, compared with the volume's customers; nothing of it is kept."""

import subprocess
import sys
import time
from io import BytesIO

from bench.door import ROOT
from bench.export import MEGABYTE
from bench.figures import Row

RUNS = 3
LINES = 10_000


def measure() -> list[Row]:
    runs = []
    for _ in range(RUNS):
        said = subprocess.run(
            [sys.executable, "-m", "bench.imports"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout.split()
        runs.append(tuple(float(word) for word in said[-4:]))
    read, looked, created, peak = (sorted(values)[RUNS // 2] for values in zip(*runs, strict=True))
    how = f"median of {RUNS} runs, XLSX, ten columns"
    return [
        Row("import of 10,000 customers, peak memory of the process", peak, "MB", how, 300),
        Row("import of 10,000 customers, the file is read (in the request)", read, "s", how),
        Row("import of 10,000 customers, its lines are looked at (worker)", looked, "s", how),
        Row("import of 10,000 customers, they are created (worker)", created, "s", how),
    ]


def _file() -> BytesIO:
    import xlsxwriter

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Civilité", "Nom", "Prénom", "Mail", "Mobile", "N°", "Rue", "CP", "Ville", "Notes"])
        for number in range(1, LINES + 1):
            page.write_row(number, 0, [
                "Madame", f"Bancdessai{number}", "Claire", f"banc.{number}@example.test", f"06{number:08}", "12",
                "rue des Forges", "71100", "Chalon-sur-Saône", "Cliente depuis 2019, préfère être appelée le soir",
            ])  # fmt: skip
    out.seek(0)
    return out


def main() -> None:
    import resource

    import django

    django.setup()
    from django.db import transaction
    from django.utils import timezone

    from customers.models import CustomerImport
    from customers.services import import_runs, imports
    from settings_admin.scoping import unscoped

    took = []

    def timed(verb, *args, **options):
        start = time.perf_counter()
        answer = verb(*args, **options)
        took.append(time.perf_counter() - start)
        return answer

    with unscoped("a measurement that keeps nothing"), transaction.atomic():
        actor, entity = _somebody()
        file, now = _file(), timezone.now()
        size = file.getbuffer().nbytes
        row, _ = timed(imports.receive, actor=actor, entity=entity, file=file, size=size, filename="banc.xlsx", now=now)
        timed(import_runs.run, row.pk, now=now)
        imports.confirm(actor=actor, row=row, with_alike=True, now=now)
        timed(import_runs.run, row.pk, now=now)
        if CustomerImport.objects.get(pk=row.pk).created != LINES:
            raise RuntimeError("not every line has created its customer")
        transaction.set_rollback(True)
    print(*took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE)


def _somebody():
    """Who may create customers in the entity that has most of them, and that entity."""
    from django.db.models import Count

    from customers.models import Customer
    from customers.selectors import EDIT
    from settings_admin.access.selectors.belonging import belonging_of
    from settings_admin.models import Entity, User
    from settings_admin.scoping import NOWHERE

    most = Customer.objects.order_by().values("entity").annotate(count=Count("pk")).order_by("-count").first()
    if most is None:
        raise LookupError("there are no customers")
    entity = Entity.objects.get(pk=most["entity"])
    for user in User.objects.filter(holding=entity.holding_id, is_active=True).order_by("pk"):
        if belonging_of(user).grants.get(EDIT, NOWHERE).covers(entity.pk):
            return user, entity
    raise LookupError("nobody may create customers there")


if __name__ == "__main__":
    main()
