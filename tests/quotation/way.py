"""The way from a plate to the market study, as a browser without script walks it."""

import re
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from quotation.models import Quotation
from settings_admin.models import User
from settings_admin.scoping import unscoped
from tests.support.html import parsed

GOLF = "GD-642-JM"
GOLF_DETAILS = {
    "plate": GOLF,
    "vin": "WWWZZZ1KZAW599957",
    "first_registration": "23/04/2010",
    "mileage_km": "89 632",
    "first_hand": "true",
    "origin": "private",
    "exterior_colour": "GRIS",
    "interior_colour": "NOIR",
}


@dataclass
class Way:
    client: Client
    user: User

    def get(self, name: str, pk: int | None = None, **query: Any) -> Any:
        return self.client.get(reverse(f"quotation:{name}", args=[pk] if pk else []), query)

    def post(self, name: str, pk: int | None = None, **data: Any) -> Any:
        return self.client.post(reverse(f"quotation:{name}", args=[pk] if pk else []), data)

    def latest(self) -> Quotation:
        with unscoped("test"):
            return Quotation.objects.filter(created_by=self.user).order_by("-pk")[0]

    def draft(self, plate: str = GOLF) -> Quotation:
        """As far as step 2: the plate's best candidate is chosen."""
        self.post("identify", plate=plate)
        draft = self.latest()
        if not draft.version_code:
            radio = soup(self.get("configure", draft.pk)).select_one("input[name=version_code][checked]")
            assert radio is not None, f"no candidate is preselected for {plate}"
            self.post("choose_candidate", draft.pk, version_code=radio["value"])
        return self.latest()

    def valued(self, plate: str = GOLF, **details: str) -> Quotation:
        """With its value, if the provider gives one."""
        draft = self.draft(plate)
        self.post("value", draft.pk, **(GOLF_DETAILS | {"plate": plate} | details))
        return self.latest()


def soup(response: Any) -> BeautifulSoup:
    """The page to read, parsed once: a market of 500 adverts takes seconds."""
    if not hasattr(response, "soup"):
        response.soup = parsed(response.content)
    return response.soup


def text(response: Any) -> str:
    """What the main part of a page says, every space written as a plain one."""
    page = soup(response)
    main = page.select_one("main") or page
    return re.sub(r"\s+", " ", main.get_text(" "))
