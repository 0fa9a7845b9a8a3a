"""How each entity writes its numbers."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from openflex.core.document_numbers import LONGEST_PREFIX, MOST_FIGURES, NumberFormat
from settings_admin.scoping import Audience, ScopedModel


class EntityNumbering(ScopedModel):
    """How one entity writes the numbers of one series (`registries.NumberingSeries`); without a row, as the series
    says by default. Documents keep the text of their day: nothing is ever written anew."""

    audience = Audience(entity="entity_id")

    entity = models.ForeignKey("settings_admin.Entity", models.PROTECT, related_name="+", verbose_name="entité")
    series = models.CharField(max_length=40)
    prefix = models.CharField(
        "préfixe",
        max_length=LONGEST_PREFIX,
        blank=True,
        validators=[RegexValidator(r"\A[A-Z0-9]*\Z", "Lettres sans accent et chiffres seulement.")],
    )
    year_digits = models.PositiveSmallIntegerField(
        "année", choices=[(0, "Sans"), (2, "2 chiffres"), (4, "4 chiffres")], default=0
    )
    separator = models.CharField(
        "séparateur", max_length=1, blank=True, choices=[("-", "Tiret"), ("/", "Barre oblique"), (".", "Point")]
    )
    min_digits = models.PositiveSmallIntegerField(
        "chiffres au moins", validators=[MinValueValidator(1), MaxValueValidator(MOST_FIGURES)], default=4
    )

    # Put on by `selectors.numbering_of`: what follows the last number, and the last that was given in the year.
    next_number: int
    given: int

    class Meta(ScopedModel.Meta):
        verbose_name = "numérotation"
        constraints = [models.UniqueConstraint(fields=["entity", "series"], name="numbering_once")]

    @property
    def format(self) -> NumberFormat:
        return NumberFormat(self.prefix, self.year_digits, self.separator, self.min_digits)
