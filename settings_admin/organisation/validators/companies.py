"""The numbers of a company and of its sites, held against one another."""

from collections.abc import Iterable

from openflex.core.errors import Refused
from openflex.core.french import NBSP, format_siren


def check_siret_of(siret: str, *, siren: str) -> None:
    """A SIRET starts with the SIREN of its company; a company whose SIREN is not known yet has any."""
    if siret and siren and not siret.startswith(siren):
        message = f"Ce SIRET ne commence pas par le SIREN de l’entité ({format_siren(siren)})."
        raise Refused("other_siren", message, "siret")


def check_siren_of_sites(siren: str, *, sirets: Iterable[tuple[str, str]]) -> None:
    """`sirets`: name and SIRET of each site of the entity. The sites that another SIREN would contradict are named."""
    wrong = [name for name, siret in sirets if siret and siren and not siret.startswith(siren)]
    if wrong:
        names = ", ".join(wrong)
        message = f"Le SIRET de {names} commence par un autre SIREN{NBSP}: videz-le d’abord sur sa fiche."
        if len(wrong) > 1:
            message = f"Les SIRET de {names} commencent par un autre SIREN{NBSP}: videz-les d’abord sur leurs fiches."
        raise Refused("sites_of_other_siren", message, "siren")


def vat_doubt(vat_number: str, *, siren: str) -> str:
    """What is doubtful about a French VAT number beside a SIREN, or nothing. A doubt only: the members of a VAT group
    bear the group's number (CGI, art. 256 C)."""
    if siren and vat_number.startswith("FR") and not vat_number.endswith(siren):
        return f"Le numéro de TVA ne reprend pas le SIREN de l’entité ({format_siren(siren)})."
    return ""
