"""The manual way: what each list of the catalogue offers, given what is chosen above it."""

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

from quotation.forms import CatalogueForm
from quotation.providers.act import PageAct
from quotation.providers.base import Make, Model, ValuationProvider, Version
from quotation.providers.failures import ProviderFailure
from vehicles.enums import Energy, Gearbox, VehicleKind

Word = TypeVar("Word", Energy, Gearbox)


def catalogue_steps(provider: ValuationProvider, form: CatalogueForm, act: PageAct, *, today: date) -> dict[str, Any]:
    """Makes, models, years, bodies and versions to choose from, each list as far as the choices go; `failure` when
    the provider did not give one of them: the choices stand in the lists all the same, to be sent again."""
    form.is_valid()
    chosen = _chosen(form)
    steps: dict[str, Any] = {"catalogue_form": form, "chosen": chosen, "makes": (), "models": (), "versions": None}
    try:
        steps["makes"] = provider.makes(kind=chosen["kind"], act=act).value
        if chosen["make"] in {make.code for make in steps["makes"]}:
            steps["models"] = provider.models(kind=chosen["kind"], make=chosen["make"], act=act).value
        model = next((one for one in steps["models"] if one.code == chosen["model"]), None)
        if model is not None:
            steps["years"] = _years(model, today)
            versions = _versions(provider, chosen, act)
            steps["energies"] = _offered(Energy, (version.energy for version in versions), chosen["energy"])
            steps["gearboxes"] = _offered(Gearbox, (version.gearbox for version in versions), chosen["gearbox"])
            steps["bodies"] = sorted({version.body for version in versions if version.body})
            steps["versions"] = [one for one in versions if _fits(one, chosen)]
    except ProviderFailure as failure:
        steps.update(_as_chosen(chosen, steps), failure=failure)
    return steps


def _as_chosen(chosen: dict[str, Any], steps: dict[str, Any]) -> dict[str, Any]:
    """Lists that did not come hold what is chosen in them, by its code."""
    return {
        "makes": steps["makes"] or _only(chosen["make"]),
        "models": steps["models"] or _only(chosen["model"]),
        "years": steps.get("years") or ([chosen["year"]] if chosen["year"] else []),
        "energies": [chosen["energy"]] if chosen["energy"] else [],
        "gearboxes": [chosen["gearbox"]] if chosen["gearbox"] else [],
        "bodies": [chosen["body"]] if chosen["body"] else [],
    }


def _only(code: str) -> tuple[Make, ...]:
    return (Make(code, code),) if code else ()


def find_version(provider: ValuationProvider, form: CatalogueForm, code: str, act: PageAct) -> Version | None:
    """The version of this code among those that the form's choices lead to; raises the provider's failure."""
    chosen = _chosen(form)
    if not chosen["model"]:
        return None
    versions = _versions(provider, chosen, act)
    return next((one for one in versions if one.code == code and _fits(one, chosen)), None)


def choices_of(form: CatalogueForm) -> dict[str, Any]:
    """What is chosen, as the form would send it again."""
    return {name: value for name, value in getattr(form, "cleaned_data", {}).items() if value}


def _offered(words: type[Word], present: Iterable[Word | None], chosen: Word | None) -> list[Word]:
    """What the versions have, in the order of the words; what is chosen stays in sight, to be taken back."""
    found = {chosen, *present}
    return [word for word in words if word in found]


def _fits(version: Version, chosen: dict[str, Any]) -> bool:
    return all(chosen[name] in (None, "", getattr(version, name)) for name in ("energy", "gearbox", "body"))


def _versions(provider: ValuationProvider, chosen: dict[str, Any], act: PageAct) -> tuple[Version, ...]:
    """All of the model, whatever energy they have: providers refuse words for those they do not list."""
    asked = {name: chosen[name] for name in ("kind", "make", "model", "year", "expand")}
    return provider.versions(**asked, act=act).value


def _chosen(form: CatalogueForm) -> dict[str, Any]:
    data = getattr(form, "cleaned_data", {})
    return {
        "kind": VehicleKind(data.get("kind") or VehicleKind.CAR),
        "make": data.get("make") or "",
        "model": data.get("model") or "",
        "year": data.get("year"),
        "energy": Energy(data["energy"]) if data.get("energy") else None,
        "gearbox": Gearbox(data["gearbox"]) if data.get("gearbox") else None,
        "body": data.get("body") or "",
        "expand": bool(data.get("expand")),
    }


def _years(model: Model, today: date) -> list[int]:
    """The years in which the model was sold, the latest first: until today when no end is known."""
    if model.sold_from is None:
        return []
    return list(range((model.sold_to or today).year, model.sold_from.year - 1, -1))
