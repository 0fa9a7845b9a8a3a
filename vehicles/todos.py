"""What the stock puts on *Accueil* for those who answer for it: inspections, vehicles without a sale price.

They are asked of whoever sets prices (`vehicles.edit_prices`), the used-car manager by the built-in groups: others may
edit a sheet without its being theirs to see to.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from openflex.core.french import NBSP, counted, format_day, relative_time
from openflex.core.todos import (
    Act,
    Asked,
    Sought,
    Todo,
    TodoKind,
    TodoSource,
    Urgency,
    midnight,
    register_todos,
)
from settings_admin.scoping import current_scope
from vehicles.inspection import DUE_WITHIN_DAYS
from vehicles.models import Vehicle
from vehicles.models.vehicle import IN_STOCK, UNPRICED
from vehicles.selectors import inspection_of

EDIT, EDIT_PRICES = "vehicles.edit", "vehicles.edit_prices"


def _seek(asked: Asked) -> Sought:
    """A vehicle with two reasons stands there for the more pressing one."""
    past = Q(inspection_due_on__lt=asked.today)
    soon = Q(inspection_due_on__lte=asked.today + timedelta(days=DUE_WITHIN_DAYS))
    rows = Vehicle.objects.filter(IN_STOCK, soon | UNPRICED)
    kind = Case(
        When(past, then=Value("inspection_past")), When(soon, then=Value("inspection")), default=Value("no_price")
    )
    return Sought(
        rows,
        Vehicle.objects.select_related("point_of_sale"),
        kind=kind,
        order=(Coalesce("inspection_due_on", "entered_on").asc(nulls_last=True), "pk"),
        limit=asked.limit,
    )


def _told(row: Any, asked: Asked) -> Todo:
    is_price = row.todo_kind == "no_price"
    section, right = ("prix", EDIT_PRICES) if is_price else ("entretien", EDIT)
    sheet = reverse("vehicles:sheet", args=[row.pk])
    label, key = ("Fixer un prix", "v") if is_price else ("Noter le CT", "c")
    act = Act(label, key, f"{sheet}?modifier={section}#{section}", is_page=True)
    may = current_scope().allows(right, row.entity_id, row.point_of_sale_id)
    return Todo(
        key=f"vehicle-{row.pk}",
        kind=row.todo_kind,
        urgency=Urgency.LATE if row.todo_kind == "inspection_past" else Urgency.AHEAD,
        at=midnight((row.entered_on or asked.today) if is_price else row.inspection_due_on),
        title=f"{row.make} {row.model}".strip(),
        about=" ".join(part for part in (row.plate_display, row.version) if part),
        reason=_why(row, asked),
        url=sheet,
        acts=(act,) if may else (),
        entity_id=row.entity_id,
        person=row.point_of_sale.name if row.point_of_sale else "",
    )


def _why(row: Any, asked: Asked) -> str:
    if row.todo_kind == "no_price":
        if row.entered_on is None:
            return "Il est en stock sans prix de vente."
        days = (asked.today - row.entered_on).days
        since = f"entré il y a {counted(days, 'jour')}" if days > 0 else "entré aujourd’hui"
        return f"Il n’a pas de prix de vente{NBSP}: {since}, il ne peut pas être proposé."
    status = inspection_of(row, today=asked.today)
    due = status.deadline or row.inspection_due_on
    days = (due - asked.today).days
    what = "Le contrôle pollution" if status.is_of_pollution else "Le contrôle technique"
    if days < 0:
        ago = relative_time(midnight(due), midnight(asked.today))
        return f"{what} était à passer au plus tard le {format_day(due)}, {ago}."
    when = f"dans {counted(days, 'jour')}" if days else "c’est aujourd’hui"
    return f"{what} est à passer au plus tard le {format_day(due)}, {when}."


def _inspections(asked: Asked) -> str:
    return f"{reverse('vehicles:list')}?tab=inspection"


def _without_price(asked: Asked) -> str:
    return f"{reverse('vehicles:list')}?price=missing"


def register() -> None:
    register_todos(
        TodoSource(
            "vehicles", EDIT_PRICES, order=70, seek=_seek, tell=_told,
            kinds=(
                TodoKind("inspection_past", "CT dépassés", "calendar-x", Urgency.LATE, "autre CT dépassé",
                         "autres CT dépassés", _inspections, has_customer=False),
                TodoKind("inspection", "CT à prévoir", "clipboard-check", Urgency.AHEAD, "autre CT à prévoir",
                         "autres CT à prévoir", _inspections, has_customer=False),
                TodoKind("no_price", "Sans prix", "tag", Urgency.AHEAD, "autre véhicule sans prix",
                         "autres véhicules sans prix", _without_price, has_customer=False),
            ),
        )
    )  # fmt: skip
