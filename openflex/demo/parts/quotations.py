"""The quotation of the release notes, with the provider's answers as the sandbox gave them on that day."""

import json
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from django.db import models

from openflex.core.dates import PARIS
from openflex.core.kept_json import packed
from openflex.demo.copying import copy_rows
from openflex.demo.world import FIRST_DAY, World
from quotation import answers
from quotation.enums import AnswerKind, QuotationState
from quotation.models import ProviderAnswer, Quotation
from quotation.providers.base import NotEnoughMarket
from quotation.services.drafts import version_name
from vehicles.enums import Origin

_ANSWERS = Path(__file__).resolve().parent.parent / "data" / "quotation_gd642jm.json"
# The value of a day belongs to that day: unlike the events of the stock, it is not moved to today's.
_VALUED_AT = datetime.combine(FIRST_DAY, time(14, 30), tzinfo=PARIS)


def seed(world: World) -> None:
    site, seller = world.sites["chalon"], world.users["vendeur"]
    given = _answers(world)
    found = answers.identified(given[AnswerKind.PLATE])
    valuation = answers.valuation(given[AnswerKind.VALUATION])
    if isinstance(valuation, NotEnoughMarket):
        raise TypeError("the recorded answer of the demonstration has a value")
    version, working = found.candidates[0], valuation.working
    quotation = Quotation(
        entity_id=site.entity_id,
        point_of_sale=site,
        created_by=seller,
        state=QuotationState.VALUED,
        kind=found.kind,
        make=found.make,
        model=found.model,
        version_code=version.version_code,
        version=version_name(version.label, make=found.make, model=found.model),
        catalogue_date=version.catalogue_date,
        doors=version.doors,
        price_new=version.price_new,
        energy=found.energy or "",
        gearbox=found.gearbox or "",
        power_hp=105,
        plate="GD642JM",
        vin=found.vin or "",
        first_registration=date(2010, 4, 23),
        mileage_km=89_632,
        first_hand=True,
        origin=Origin.PRIVATE,
        exterior_colour="GRIS",
        interior_colour="NOIR",
        market_value=working.market_value,
        mileage_adjustment=working.mileage,
        age_adjustment=working.age,
        options_adjustment=working.options,
        location_adjustment=working.location,
        adjusted_value=working.adjusted_value,
        # The price that is tried on its market study.
        sale_price=Decimal("7966.08"),
        value_date=valuation.as_of,
        is_sandbox=True,
        valued_at=_VALUED_AT,
        created_at=_VALUED_AT,
        changed_at=_VALUED_AT,
        **{f"{kind}_answer": answer for kind, answer in given.items()},
    )
    copy_rows([quotation])


def _answers(world: World) -> dict[AnswerKind, ProviderAnswer]:
    recorded = json.loads(_ANSWERS.read_text(encoding="utf-8"))
    rows: dict[AnswerKind, ProviderAnswer] = {
        kind: ProviderAnswer(
            entity=world.entities["main"],
            kind=kind,
            # Never the digest of a question: what is asked later is asked of the provider.
            question=f"demonstration {kind}",
            packed=packed(json.dumps(recorded[kind])),
            is_sandbox=True,
            answered_at=_VALUED_AT,
        )
        for kind in AnswerKind
    }
    copied: list[models.Model] = list(rows.values())
    copy_rows(copied)
    return rows
