"""What people type about vehicles."""

from vehicles.forms.condition import PART_FORMS, MovePhotoForm, PhotosForm
from vehicles.forms.entry import AddVehicleForm
from vehicles.forms.exits import ExitForm
from vehicles.forms.fields import CountryOfPlate, MileageField, PlateField, VinField
from vehicles.forms.inspection import proposed_inspection
from vehicles.forms.moves import MoveForm, ReserveForm, SiteForm
from vehicles.forms.preparation import TaskForm, VehicleSettingsForm
from vehicles.forms.sections import CharacteristicsForm, MaintenanceForm, PriceForm, SectionForm, StatusForm

__all__ = [
    "PART_FORMS",
    "AddVehicleForm",
    "CharacteristicsForm",
    "CountryOfPlate",
    "ExitForm",
    "MaintenanceForm",
    "MileageField",
    "MoveForm",
    "MovePhotoForm",
    "PhotosForm",
    "PlateField",
    "PriceForm",
    "ReserveForm",
    "SectionForm",
    "SiteForm",
    "StatusForm",
    "TaskForm",
    "VehicleSettingsForm",
    "VinField",
    "proposed_inspection",
]
