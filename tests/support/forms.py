"""What a browser would send of a form as it stands on its page."""

from bs4 import BeautifulSoup, Tag

Values = dict[str, str | list[str]]


def controls_of(form: Tag) -> list[Tag]:
    return [one for one in form.select("[name]") if one["name"] != "csrfmiddlewaretoken"]


def kind_of(control: Tag) -> str:
    return str(control.get("type", "text")) if control.name == "input" else control.name


def values_of(form: Tag) -> Values:
    values: Values = {}
    for one in controls_of(form):
        kind, name = kind_of(one), str(one["name"])
        if kind == "textarea":
            values[name] = one.text.strip()
        elif kind == "select":
            chosen = one.select_one("option[selected]") or one.select_one("option")
            values[name] = str(chosen["value"]) if chosen else ""
        elif kind not in ("checkbox", "radio", "file", "submit") or one.has_attr("checked"):
            values[name] = str(one.get("value", ""))
    return values


def form_to(page: BeautifulSoup, action: str) -> Tag | None:
    """The form of this page that is sent to `action`, query or not."""
    forms = page.select("form[method=post]")
    return next((one for one in forms if str(one.get("action", "")).partition("?")[0] == action), None)
