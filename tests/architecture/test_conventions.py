"""The house rules that a machine can check (CONTRIBUTING.md)."""

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import ForeignObjectRel

from openflex.core.checks import names_say_what_time_they_hold, our_models
from opportunities.models import Follower, Offer
from tests.architecture.tree import OUR_APPS, Source, python_files, templates

FILES = python_files()
OURS = [source for source in FILES if source.is_ours_to_run]
SERVICES = [source for source in OURS if "/services" in source.name]

LONGEST_FILE = 400
LONGEST_VIEW = 40
# The edges, where whatever went wrong is turned into an answer or a log line.
MAY_CATCH_ANYTHING = ("openflex/core/",)
SIGNALS = ("django.dispatch", "django.db.models.signals", "django.core.signals", "django.contrib.auth.signals")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def lines_of(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions_of(source: Source) -> Iterator[Function]:
    return (node for node in source.walk() if isinstance(node, Function))


def imported_by(source: Source) -> Iterator[str]:
    for node in source.walk():
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_there_are_files_to_look_at() -> None:
    assert len(OURS) > 100
    assert len(SERVICES) >= 8


def test_no_file_is_too_long_to_read() -> None:
    too_long = {source.name: source.text.count("\n") for source in FILES if source.text.count("\n") > LONGEST_FILE}
    assert too_long == {}


def test_a_view_is_fetch_form_service_render() -> None:
    views = [source for source in OURS if "/views/" in source.name or source.name.endswith("/views.py")]
    assert views
    too_long = {
        f"{source.name}: {node.name}": lines_of(node)
        for source in views
        for node in functions_of(source)
        if lines_of(node) > LONGEST_VIEW
    }
    assert too_long == {}


def test_nobody_catches_everything_but_the_edges() -> None:
    caught = [
        f"{source.name}:{node.lineno}"
        for source in FILES
        if not source.name.startswith(MAY_CATCH_ANYTHING)
        for node in source.walk()
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or {"Exception", "BaseException"} & set(ast.unparse(node.type).strip("()").split(", ")))
    ]
    assert caught == []


def test_a_lock_names_its_table() -> None:
    """A later `select_related` would otherwise lock the joined rows too, in an order that nobody chose."""
    calls = [
        (f"{source.name}:{node.lineno}", {keyword.arg for keyword in node.keywords})
        for source in OURS
        for node in source.walk()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "select_for_update"
    ]
    assert len(calls) > 10
    assert [place for place, keywords in calls if "of" not in keywords] == []


def test_business_is_called_by_name_and_not_by_signal() -> None:
    listening = [source.name for source in OURS if set(imported_by(source)) & set(SIGNALS)]
    assert listening == []


def test_labels_of_columns_are_lower_case() -> None:
    """They stand inside sentences; the first word of a label may be an abbreviation (VIN, CO₂)."""
    wrong = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in OUR_APPS:
            continue
        for field in model._meta.get_fields():
            if isinstance(field, ForeignObjectRel) or field.name == "id":
                continue
            first = str(field.verbose_name).split()[0]
            if first[0].isupper() and not first.isupper():
                wrong.append(f"{model.__name__}.{field.name}: {field.verbose_name}")
    assert wrong == []


def test_names_of_days_and_instants_are_checked_in_every_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """The apps are found, not listed: the last one that came is among them."""
    known = {model._meta.app_config.name.partition(".")[0] for model in our_models() if model._meta.app_config}
    assert known - {"tests"} == set(OUR_APPS)
    assert names_say_what_time_they_hold(None) == []
    monkeypatch.setattr(Follower._meta.get_field("since_at"), "name", "since")
    monkeypatch.setattr(Offer._meta.get_field("valid_until"), "name", "validity")
    assert {error.id for error in names_say_what_time_they_hold(None)} == {"openflex.E002", "openflex.E003"}


# Where the right to see customers is asked, and where each recipient's is.
NAMES_CUSTOMERS = ("opportunities/models/opportunity.py", "opportunities/services/telling.py")


def test_whose_opportunity_it_is_is_told_by_right() -> None:
    """« Pr RINO » or « un client », as the reader may know it (`Opportunity.customer_name`)."""
    places = ("opportunities/", "openflex/dashboard/", "templates/opportunities/", "templates/dashboard/")
    above = [source for source in (*OURS, *templates()) if source.name.startswith(places)]
    unasked = [source.name for source in above if "customer.display_name" in source.text]
    assert [name for name in unasked if name not in NAMES_CUSTOMERS] == []
    assert set(unasked) == set(NAMES_CUSTOMERS)


def test_every_instant_has_its_time_zone() -> None:
    naive = [
        f"{source.name}:{node.lineno}"
        for source in OURS
        for node in source.walk()
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"datetime.utcnow", "datetime.today", "date.today", "datetime.now"}
        and not node.args
        and f"{ast.unparse(node)}.astimezone(" not in source.text
    ]
    assert naive == []


def is_a_creation(call: ast.Call, function: Function) -> bool:
    """`Model(…).save()`, or `row.save()` where the same function made `row = Model(…)`."""
    target = call.func.value if isinstance(call.func, ast.Attribute) else None
    if isinstance(target, ast.Call):
        return True
    return isinstance(target, ast.Name) and any(
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id[:1].isupper()
        and any(isinstance(name, ast.Name) and name.id == target.id for name in node.targets)
        for node in ast.walk(function)
    )


@pytest.mark.parametrize("source", SERVICES, ids=lambda source: source.name)
def test_a_service_says_which_columns_it_writes(source: Source) -> None:
    """`save()` of a whole row would take back what somebody else changed meanwhile."""
    whole_rows = [
        f"{source.name}:{node.lineno}"
        for function in functions_of(source)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "save"
        and not any(keyword.arg in ("update_fields", "force_insert") for keyword in node.keywords)
        and not is_a_creation(node, function)
    ]
    assert whole_rows == []


def test_what_may_fail_after_a_commit_has_a_name_to_be_logged_by() -> None:
    """Django logs a robust hook that fails by its `__qualname__`: a partial has none, and takes the request down."""
    partials = [
        f"{source.name}:{node.lineno}"
        for source in OURS
        for node in source.walk()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "on_commit"
        and any(one.arg == "robust" for one in node.keywords)
        and isinstance(node.args[0], ast.Call)
    ]
    assert partials == []
