from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from vehicles.enums import PlateFormat, Stage
from vehicles.validators import (
    MAX_MILEAGE_KM,
    check_first_registration,
    check_mileage,
    clean_vin,
    format_plate,
    mileage_warnings,
    normalise_plate,
    parse_plate,
    vin_warnings,
)

SIV_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
siv_plates = st.builds(
    lambda left, figures, right: f"{left}-{figures:03}-{right}",
    st.text(SIV_LETTERS, min_size=2, max_size=2).filter(lambda left: left not in {"SS", "WW"}),
    st.integers(min_value=1, max_value=999),
    st.text(SIV_LETTERS, min_size=2, max_size=2).filter(lambda right: right != "SS"),
)
departments = st.sampled_from([*(f"{n:02}" for n in range(1, 96)), "2A", "2B", *(f"97{n}" for n in range(1, 7))])
fni_plates = st.builds(
    lambda figures, letters, department: f"{figures} {letters} {department}",
    st.integers(min_value=1, max_value=999),
    st.text("ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=1, max_size=3),
    departments,
)
vins = st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17)


def refusal_of(error: pytest.ExceptionInfo[ValidationError]) -> tuple[str | None, str]:
    return error.value.code, str(error.value.message)


@pytest.mark.parametrize(
    ("typed", "plate_format", "normalised", "display", "department"),
    [
        ("gd642jm", PlateFormat.SIV, "GD642JM", "GD-642-JM", ""),
        (" gd 642-jm ", PlateFormat.SIV, "GD642JM", "GD-642-JM", ""),
        ("GD\u2011642\u2011JM", PlateFormat.SIV, "GD642JM", "GD-642-JM", ""),
        ("1234ab56", PlateFormat.FNI, "1234AB56", "1234 AB 56", "56"),
        ("123 abc 2a", PlateFormat.FNI, "123ABC2A", "123 ABC 2A", "2A"),
        ("12 ua 75", PlateFormat.FNI, "12UA75", "12 UA 75", "75"),
        ("1 a 971", PlateFormat.FNI, "1A971", "1 A 971", "971"),
        ("a11a", PlateFormat.MOPED, "A11A", "A-11-A", ""),
        ("zz 999 z", PlateFormat.MOPED, "ZZ999Z", "ZZ-999-Z", ""),
        ("ww123aa", PlateFormat.WW, "WW123AA", "WW-123-AA", ""),
        ("w123aa", PlateFormat.W_GARAGE, "W123AA", "W-123-AA", ""),
    ],
)
def test_plates_are_read_in_any_spacing_and_case(
    typed: str, plate_format: PlateFormat, normalised: str, display: str, department: str
) -> None:
    plate = parse_plate(typed)
    assert plate.format == plate_format
    assert (plate.normalised, plate.display, plate.department) == (normalised, display, department)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *[(typed, "letters") for typed in ("AO-123-AA", "AA-123-AI", "UA-123-AA", "A-11-O", "12 IA 75")],
        *[(typed, "reserved") for typed in ("SS-123-AA", "AA-123-SS", "WW-123-SS")],
        *[(typed, "zero") for typed in ("AA-000-AA", "A-00-A", "W-000-AA")],
        *[(typed, "department") for typed in ("12 AB 00", "12 AB 96", "12 AB 977", "12 AB 123")],
        *[(typed, "unreadable") for typed in ("", "AA-12-AA", "0123 AB 56", "AA/123/AA", "É-123-AA")],
        ("1234 ABC 56", "figures"),
    ],
)
def test_doubtful_plates_are_refused_in_french(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        parse_plate(typed)
    found, message = refusal_of(error)
    assert found == code
    assert message.endswith(".")


def test_the_letters_refused_are_those_of_the_format() -> None:
    with pytest.raises(ValidationError, match="I, O et U"):
        parse_plate("AU-123-AA")
    with pytest.raises(ValidationError, match="I et O"):
        parse_plate("12 OA 75")


@given(st.one_of(siv_plates, fni_plates), st.sampled_from(["", " ", "-", "\u00a0", "."]), st.booleans())
def test_every_valid_plate_survives_any_typing(display: str, separator: str, lower: bool) -> None:
    typed = separator.join(display.replace("-", " ").split())
    plate = parse_plate(typed.lower() if lower else typed)
    assert plate.display == display
    assert plate.normalised == normalise_plate(typed)
    assert format_plate(plate.normalised) == display


@given(st.text(max_size=12))
def test_any_text_is_a_plate_or_refused(text: str) -> None:
    try:
        plate = parse_plate(text)
    except ValidationError:
        return
    assert parse_plate(plate.normalised) == parse_plate(plate.display) == plate


def test_a_foreign_plate_is_free_text_even_when_it_looks_french() -> None:
    italian = parse_plate("aa 123 aa", foreign=True)
    assert (italian.format, italian.normalised, italian.display) == ("foreign", "AA123AA", "AA 123 AA")
    assert parse_plate("m-ab  1234", foreign=True).display == "M-AB 1234"
    assert format_plate("AA123AA", foreign=True) == "AA123AA"


@pytest.mark.parametrize(("typed", "code"), [(" - ", "unreadable"), ("A" * 21, "too_long")])
def test_a_foreign_plate_still_says_something(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as error:
        parse_plate(typed, foreign=True)
    assert refusal_of(error)[0] == code


def test_what_is_not_a_plate_is_shown_as_it_is() -> None:
    assert format_plate("") == ""
    assert format_plate("ABC") == "ABC"


def test_a_vin_is_read_in_any_spacing_and_case() -> None:
    assert clean_vin(" jyasj 14500-0018427 ") == "JYASJ145000018427"


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("JYASJ14500001842", "length", "16\u00a0caractères au lieu de 17."),
        ("J", "length", "1\u00a0caractère au lieu de 17."),
        ("JYASJ1450000184277", "length", "18\u00a0caractères au lieu de 17."),
        ("JYASJ14500001842O", "letters", "Lettre O en trop\u00a0: un VIN ne contient ni I, ni O, ni Q."),
        (
            "IYASJ14500001842Q",
            "letters",
            "Lettres I et Q en trop\u00a0: un VIN ne contient ni I, ni O, ni Q.",
        ),
        ("", "characters", "Un VIN ne contient que des lettres et des chiffres."),
        ("JYASJ145000018*27", "characters", "Un VIN ne contient que des lettres et des chiffres."),
    ],
)
def test_wrong_vins_say_what_is_wrong(typed: str, code: str, message: str) -> None:
    with pytest.raises(ValidationError) as error:
        clean_vin(typed)
    assert refusal_of(error) == (code, message)


def test_a_short_vin_is_taken_when_confirmed_and_has_no_check_digit() -> None:
    assert clean_vin("4ci-12345", short_confirmed=True) == "4CI12345"
    assert vin_warnings("4CI12345") == []
    with pytest.raises(ValidationError):
        clean_vin("A" * 18, short_confirmed=True)


@given(vins)
def test_every_well_formed_vin_is_taken_whatever_its_key(vin: str) -> None:
    assert clean_vin(vin.lower()) == vin
    assert [warning.code for warning in vin_warnings(vin)] in ([], ["vin_check_digit"])


def test_a_wrong_check_digit_warns() -> None:
    assert vin_warnings("1M8GDM9AXKP042788") == []
    assert [warning.code for warning in vin_warnings("1M8GDM9A1KP042788")] == ["vin_check_digit"]
    assert vin_warnings("WVWZZZ1JZXW000001") == []  # a Z is no check digit: Volkswagen uses none here


def test_mileage() -> None:
    check_mileage(0)
    check_mileage(MAX_MILEAGE_KM)
    for km, code in ((-1, "negative"), (MAX_MILEAGE_KM + 1, "too_high")):
        with pytest.raises(ValidationError) as error:
            check_mileage(km)
        assert refusal_of(error)[0] == code


def test_a_lower_mileage_warns() -> None:
    [warning] = mileage_warnings(89_631, known_km=89_632)
    assert warning.code == "lower_mileage"
    assert warning.message == "Kilométrage inférieur au dernier connu (89\u202f632\u00a0km)."
    assert mileage_warnings(89_632, known_km=89_632) == []
    assert mileage_warnings(10, known_km=None) == []


def test_only_a_new_vehicle_waits_for_its_first_registration() -> None:
    today = date(2024, 12, 2)
    tomorrow = today + timedelta(days=1)
    for stage in (Stage.USED, Stage.DEMONSTRATOR):
        check_first_registration(today, stage=stage, today=today)
        with pytest.raises(ValidationError) as error:
            check_first_registration(tomorrow, stage=stage, today=today)
        assert refusal_of(error)[0] == "future"
    check_first_registration(tomorrow, stage=Stage.NEW, today=today)
