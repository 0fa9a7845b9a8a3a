"""What the SVG templates ask of a chart: positions, and how an axis is written."""

from django import template

from openflex.core.charts import LinearScale, label_side
from openflex.core.french import format_euros, format_km, format_number

register = template.Library()


@register.simple_tag
def tick_x(scale: LinearScale, value: float, offset: float = 0) -> str:
    """Where a value stands on an axis, as SVG writes numbers."""
    return f"{scale.position(value) + offset:.2f}"


@register.simple_tag
def tick_label(value: int, kind: str) -> str:
    if kind == "euros":
        return format_euros(value, decimals=0)
    return format_km(value) if kind == "km" else str(value) if kind == "year" else format_number(value)


register.simple_tag(label_side)
