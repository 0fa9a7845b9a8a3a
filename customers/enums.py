"""The words of the customers, and the codes behind them."""

from typing import Final

from django.db.models import TextChoices


class CustomerKind(TextChoices):
    PERSON = "person", "Particulier"
    COMPANY = "company", "Société"


class Civility(TextChoices):
    MR = "mr", "M."
    MRS = "mrs", "Mme"
    DOCTOR = "doctor", "Dr"
    PROFESSOR = "professor", "Pr"
    LAWYER = "lawyer", "Me"


# These stay before the name whatever else is known; M. and Mme give way to a first name.
TITLES: Final = frozenset({Civility.DOCTOR, Civility.PROFESSOR, Civility.LAWYER})


class Sex(TextChoices):
    FEMALE = "female", "Féminin"
    MALE = "male", "Masculin"


class LegalForm(TextChoices):
    """How a company is named on papers: « SARL Bâti Saône »."""

    SARL = "SARL", "SARL"
    SAS = "SAS", "SAS"
    SASU = "SASU", "SASU"
    EURL = "EURL", "EURL"
    SA = "SA", "SA"
    SCI = "SCI", "SCI"
    SNC = "SNC", "SNC"
    ASSOCIATION = "association", "Association"
    PUBLIC_BODY = "public_body", "Collectivité ou administration"
    OTHER = "other", "Autre"


# What stands before the name of a company; the other forms are said by the name itself.
ABBREVIATED: Final = frozenset(
    {LegalForm.SARL, LegalForm.SAS, LegalForm.SASU, LegalForm.EURL, LegalForm.SA, LegalForm.SCI, LegalForm.SNC}
)


class IdentityDocument(TextChoices):
    IDENTITY_CARD = "identity_card", "Carte nationale d’identité"
    PASSPORT = "passport", "Passeport"
    RESIDENCE_PERMIT = "residence_permit", "Titre de séjour"
    DRIVING_LICENCE = "driving_licence", "Permis de conduire"
    REGISTRATION = "registration", "Extrait Kbis"
    OTHER = "other", "Autre"


class ConsentPurpose(TextChoices):
    """What somebody agrees to. `REUSE` is the box of the official papers: who ticks it there objects to it."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    PHONE = "phone", "Téléphone"
    POST = "post", "Courrier"
    REUSE = "reuse", "Réutilisation à des fins de prospection"


class ConsentChannel(TextChoices):
    """How it was said."""

    IN_PERSON = "in_person", "En point de vente"
    BY_PHONE = "by_phone", "Par téléphone"
    IN_WRITING = "in_writing", "Par écrit"
    ONLINE = "online", "En ligne"
    OFFICIAL_PAPER = "official_paper", "Sur un document officiel"


class LineEffect(TextChoices):
    """What one line of a file of customers does; one that resembles a customer is left out unless asked for."""

    REFUSED = "refused", "Refusées"
    ALIKE = "alike", "Ressemblantes"
    CREATE = "create", "À créer"


class ImportState(TextChoices):
    """Where a file of customers stands: nothing is created before a person has confirmed what was found in it."""

    CHECKING = "checking", "Lecture en cours"
    CHECKED = "checked", "Aperçu"
    CREATING = "creating", "Création en cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Interrompu"


IMPORTS_UNDER_WAY: Final = (ImportState.CHECKING, ImportState.CREATING)
