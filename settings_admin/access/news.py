"""*Nouveautés*: what each version brings, in the words of those who use it; CHANGELOG.md tells those who build it.

A note with a right is told to those who hold it in one of their entities: nobody reads of a page they cannot open.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Final


@dataclass(frozen=True)
class Note:
    title: str
    text: str
    right: str = ""
    url_name: str = ""  # where it is to be found


@dataclass(frozen=True)
class Release:
    version: str
    published_on: date
    notes: tuple[Note, ...]


RELEASES: Final = (
    Release(
        "1.80",
        date(2026, 11, 26),
        (
            Note(
                "Cotation rapide",
                "Une immatriculation suffit pour situer un véhicule sur son marché, sans client ni "
                "opportunité : annonces publiées, valeur ajustée, prix proposé et étude du marché. Un véhicule "
                "étranger, ou sans plaque, se configure à la main.",
                "quotation.use",
                "quotation:start",
            ),
            Note(
                "Mes cotations",
                "Chaque cotation est gardée avec sa date. Un brouillon se reprend là où il s’est arrêté ; "
                "« Actualiser » redemande la cote du jour sans effacer l’ancienne.",
                "quotation.use",
                "quotation:list",
            ),
            Note(
                "Le stock en une liste",
                "Recherche par immatriculation, VIN, modèle ou numéro de stock, vues en onglets, filtres, "
                "colonnes à votre choix et export. L’adresse de la page garde tout : envoyez-la à un collègue, "
                "il voit la même liste.",
                "vehicles.view",
                "vehicles:list",
            ),
            Note(
                "Entretien du véhicule",
                "La fiche porte les deux dates du contrôle technique, deux-roues et quads compris. La prochaine "
                "échéance est proposée, puis signalée dans la liste quand elle approche.",
                "vehicles.view",
                "vehicles:list",
            ),
            Note(
                "Capital immobilisé",
                "Les filtres du stock disent ce que chaque tranche d’ancienneté immobilise.",
                "vehicles.see_margin",
                "vehicles:list",
            ),
            Note(
                "Clients",
                "Particuliers et entreprises avec tout ce que demandent les papiers, retrouvés par nom, téléphone, "
                "e-mail ou SIRET. OpenFlex montre qui ressemble pendant la saisie, et fusionne deux fiches du même "
                "client.",
                "customers.view",
                "customers:list",
            ),
            Note(
                "Opportunités",
                "Une page par affaire\u00a0: la prochaine action, les commentaires, les rendez-vous, les offres et "
                "tout ce qui s’est passé. Une demande à un collègue lui arrive aussitôt.",
                "opportunities.view",
                "opportunities:list",
            ),
            Note(
                "Estimations de reprise",
                "Une reprise se crée depuis une cotation sans rien ressaisir. Le prix du responsable s’affiche chez le "
                "vendeur dès qu’il est validé, et la reprise acceptée entre en stock.",
                "opportunities.view",
                "opportunities:list",
            ),
            Note(
                "Accueil",
                "Ce qui vous attend aujourd’hui, par ordre d’urgence et avec sa raison, et vos rendez-vous du jour.",
                url_name="dashboard:home",
            ),
            Note(
                "Notifications",
                "La cloche compte ce que vous n’avez pas lu. Dans Mon compte, choisissez ce qui vous est dit dans "
                "l’application et ce qui part par e-mail.",
                url_name="notifications:list",
            ),
            Note(
                "Rechercher partout",
                "Ctrl\u00a0K, ou ⌘\u00a0K, trouve véhicules, clients, opportunités, cotations et pages, dans "
                "toutes vos entités.",
            ),
            Note(
                "Groupes partagés",
                "À l’ajout d’un utilisateur dans un groupe partagé, OpenFlex demande s’il l’est dans toutes les "
                "entités ou seulement dans la vôtre, et montre qui gagne quel droit.",
                "settings.manage_users",
                "access:groups",
            ),
            Note(
                "Importer des utilisateurs",
                "Un fichier CSV ou Excel, un aperçu ligne par ligne, et rien de changé avant votre confirmation.",
                "settings.manage_users",
                "access:import",
            ),
            Note(
                "Journal d’audit",
                "Connexions, exports, fiches de personnes ouvertes et changements de droits, avec recherche et "
                "filtres.",
                "settings.audit",
                "audit:log",
            ),
            Note(
                "Fournisseur de cotes",
                "Chaque entité peut s’y présenter avec ses propres identifiants et fixer son nombre d’appels payants.",
                "settings.manage_organisation",
                "quotation:providers",
            ),
            Note(
                "Numérotation",
                "Chaque entité choisit comment s’écrivent ses numéros, et reprend la suite d’un autre logiciel. Un "
                "numéro déjà donné ne change jamais.",
                "settings.manage_organisation",
                "numbering:list",
            ),
            Note(
                "Mon compte",
                "Votre photo, vos absences, vos appareils connectés et le second facteur qui protège votre compte.",
                url_name="my_account",
            ),
        ),
    ),
)


def releases_for(rights: Collection[str]) -> list[Release]:
    """The releases that have something to say to whoever holds these rights somewhere, the newest first."""
    told = (
        replace(release, notes=tuple(note for note in release.notes if not note.right or note.right in rights))
        for release in RELEASES
    )
    return [release for release in told if release.notes]


def newest() -> str:
    return RELEASES[0].version
