"""The photos among what is handed out to a customer who asks for their data: those of their estimates."""

from collections.abc import Iterator

from customers.models import Customer
from customers.registry import OwnedFile
from opportunities.models import TradeIn


def photos_of(customer: Customer) -> Iterator[OwnedFile]:
    """« reprise-465850/photo-1.webp », and those of a damage « reprise-465850/defaut-1-photo-1.webp »."""
    estimates = TradeIn.objects.filter(opportunity__customer=customer).order_by("pk")
    for estimate in estimates.prefetch_related("photos", "damages__photos"):
        folder = f"reprise-{estimate.number}"
        for number, photo in enumerate(estimate.photos.all(), start=1):
            yield OwnedFile(f"{folder}/photo-{number}.webp", photo.name)
        for damage_number, damage in enumerate(estimate.damages.all(), start=1):
            for number, detail in enumerate(damage.photos.all(), start=1):
                yield OwnedFile(f"{folder}/defaut-{damage_number}-photo-{number}.webp", detail.name)
