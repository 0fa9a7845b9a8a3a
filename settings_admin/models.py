"""Gathers the tables of the three packages, for Django to find."""

from settings_admin.access.models import Absence, DistributedRight, Membership, User, UserGroup, UserImport, UserPhoto
from settings_admin.audit.models import AuditLine
from settings_admin.exports.models import Export
from settings_admin.numbering.models import EntityNumbering
from settings_admin.organisation.models import Entity, Holding, Logo, Merchant, PointOfSale
from settings_admin.records.models import AccessLog, DocumentCounter, IdempotencyKey, ListView, TimelineEntry

__all__ = [
    "Absence",
    "AccessLog",
    "AuditLine",
    "DistributedRight",
    "DocumentCounter",
    "Entity",
    "EntityNumbering",
    "Export",
    "Holding",
    "IdempotencyKey",
    "ListView",
    "Logo",
    "Membership",
    "Merchant",
    "PointOfSale",
    "TimelineEntry",
    "User",
    "UserGroup",
    "UserImport",
    "UserPhoto",
]
