"""What the journeys of a quotation share: a keyboard that counts, and the way to each page."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from quotation.models import Quotation
from settings_admin.scoping import unscoped


@dataclass
class Keys:
    """A keyboard that counts every press but those of the data itself."""

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, data: str) -> None:
        self.page.keyboard.type(data)

    def tab_to(self, name: str) -> None:
        """Tab after Tab until the focus is on a control of this name."""
        for _ in range(40):
            self.press("Tab")
            if name in self.page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"):
                return
        raise AssertionError(f"The keyboard never reaches {name}.")


def words(page: Page) -> str:
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def latest() -> Quotation:
    with unscoped("test"):
        return Quotation.objects.order_by("-pk")[0]


def to_details(page: Page, base: str, plate: str = "GD642JM") -> None:
    page.goto(f"{base}/cotations/nouvelle/?vierge=1")
    page.get_by_label("Immatriculation").fill(plate)
    page.get_by_role("button", name="Rechercher").click()
    page.wait_for_url(re.compile("/(configuration|details)/$"))
    if page.url.endswith("/configuration/"):  # several versions
        page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_label("Kilométrage")).to_be_visible()
    page.wait_for_load_state()  # what keeps each field is there with the scripts


def to_radar(page: Page, base: str) -> None:
    to_details(page, base)
    page.get_by_label("Kilométrage").fill("89632")
    page.get_by_role("button", name="Afficher la cote").click()
    page.wait_for_url("**/annonces/")


def to_study(page: Page) -> None:
    page.get_by_role("link", name="Étude du marché").click()
    page.wait_for_url("**/etude/**")
