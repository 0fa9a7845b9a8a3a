"""The environment readers refuse what they cannot be sure of."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from openflex import env
from quotation.providers.wire import ProviderSettings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OF_TRIED", "OF_TRIED_FILE", "DEBUG"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("word", ["true", "True", "yes", "on", "1", " true "])
def test_flag_reads_words_of_truth(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("OF_TRIED", word)
    assert env.flag("OF_TRIED") is True


@pytest.mark.parametrize("word", ["false", "FALSE", "no", "off", "0"])
def test_flag_reads_words_of_falsehood(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("OF_TRIED", word)
    assert env.flag("OF_TRIED", default=True) is False


@pytest.mark.parametrize("word", ["treu", "2", "oui", "t", "none"])
def test_flag_refuses_any_other_word(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv("OF_TRIED", word)
    with pytest.raises(ImproperlyConfigured, match="OF_TRIED must be true or false"):
        env.flag("OF_TRIED")


@pytest.mark.parametrize("value", ["ten", "1.5", "1e3"])
def test_number_refuses_what_is_not_whole(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OF_TRIED", value)
    with pytest.raises(ImproperlyConfigured, match="whole number"):
        env.number("OF_TRIED")


def test_number_keeps_its_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_TRIED", "8")
    assert env.number("OF_TRIED", minimum=8, maximum=8) == 8
    with pytest.raises(ImproperlyConfigured, match="at least 9"):
        env.number("OF_TRIED", minimum=9)
    with pytest.raises(ImproperlyConfigured, match="at most 7"):
        env.number("OF_TRIED", maximum=7)


def test_seconds_are_a_number_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.seconds("OF_TRIED", default=7.3, minimum=1, maximum=8) == 7.3
    for value, expected in (("2.5", 2.5), (" 8 ", 8.0), ("1.000", 1.0)):
        monkeypatch.setenv("OF_TRIED", value)
        assert env.seconds("OF_TRIED", minimum=1, maximum=8) == expected
    for value in ("2,5", "nan", "inf", "1e0", "-2", "two", "2.", "٢"):
        monkeypatch.setenv("OF_TRIED", value)
        with pytest.raises(ImproperlyConfigured, match="number of seconds like"):
            env.seconds("OF_TRIED", minimum=1, maximum=8)
    for value in ("0.9", "8.001"):
        monkeypatch.setenv("OF_TRIED", value)
        with pytest.raises(ImproperlyConfigured, match="from 1 to 8 seconds"):
            env.seconds("OF_TRIED", minimum=1, maximum=8)


def test_words_are_split_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_TRIED", "a.example, b.example")
    assert env.words("OF_TRIED") == ["a.example", "b.example"]


@pytest.mark.parametrize("value", ["a,,b", "a,", ","])
def test_words_refuse_an_empty_word(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OF_TRIED", value)
    with pytest.raises(ImproperlyConfigured, match="single commas"):
        env.words("OF_TRIED")


def test_a_default_list_is_not_shared() -> None:
    default = ["a"]
    env.words("OF_TRIED", default=default).append("b")
    assert default == ["a"]


def test_an_unset_or_empty_variable_without_default_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"OF_TRIED .* must be set"):
        env.text("OF_TRIED")
    monkeypatch.setenv("OF_TRIED", "  ")
    with pytest.raises(ImproperlyConfigured, match=r"OF_TRIED .* must be set"):
        env.text("OF_TRIED")
    assert env.text("OF_TRIED", default="other") == "other"


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s3cret\n", encoding="utf-8")
    monkeypatch.setenv("OF_TRIED_FILE", str(file))
    assert env.secret("OF_TRIED") == "s3cret"


def test_a_secret_file_that_cannot_serve_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OF_TRIED_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(ImproperlyConfigured, match="cannot be read"):
        env.secret("OF_TRIED")
    (tmp_path / "empty").touch()
    monkeypatch.setenv("OF_TRIED_FILE", str(tmp_path / "empty"))
    with pytest.raises(ImproperlyConfigured, match="empty file"):
        env.secret("OF_TRIED")


def test_a_value_and_a_file_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OF_TRIED", "a")
    monkeypatch.setenv("OF_TRIED_FILE", str(tmp_path))
    with pytest.raises(ImproperlyConfigured, match="not both"):
        env.text("OF_TRIED")


def test_a_development_secret_never_serves_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBUG", "true")
    assert env.secret("OF_TRIED", default="for development") == "for development"
    monkeypatch.setenv("DEBUG", "false")
    with pytest.raises(ImproperlyConfigured, match="when DEBUG is off"):
        env.secret("OF_TRIED", default="for development")
    assert env.secret("OF_TRIED", default="") == ""


def test_a_short_secret_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_TRIED", "hunter2")
    with pytest.raises(ImproperlyConfigured, match="at least 50") as refused:
        env.secret("OF_TRIED", minimum_length=50)
    assert "hunter2" not in str(refused.value)


def test_database_reads_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_TRIED", "postgres://user:p%40ss@127.0.0.1:5433/openflex?sslmode=require")
    settings = env.database("OF_TRIED")
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("openflex", "user", "p@ss")
    assert (settings["HOST"], settings["PORT"]) == ("127.0.0.1", 5433)
    assert settings["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    "address",
    [
        "sqlite:///db",
        "mysql://user:hunter2@host/name",
        "postgres://user:hunter2@host",
        "postgres://user:hunter2@host:port/name",
    ],
)
def test_database_refuses_other_addresses_without_showing_them(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("OF_TRIED", address)
    with pytest.raises(ImproperlyConfigured, match="OF_TRIED") as refused:
        env.database("OF_TRIED")
    assert "hunter2" not in str(refused.value)


def test_how_long_the_provider_is_waited_for_comes_from_the_environment() -> None:
    """In a process of its own: settings are read once."""
    told = "import json; from django.conf import settings; print(json.dumps(settings.VALUATION_PROVIDER))"

    def read(**given: str) -> tuple[float, ...]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VALUATION_")}
        done = subprocess.run(
            [sys.executable, "-c", told], env={**environment, **given}, check=True, capture_output=True, text=True
        )
        provider = json.loads(done.stdout.splitlines()[-1])
        return tuple(provider[name] for name in ("budget", "connect_timeout", "read_timeout"))

    usual = ProviderSettings("", "", "", "")
    assert read() == (usual.budget, usual.connect_timeout, usual.read_timeout) == (7.3, 2, 3)
    given = {"VALUATION_BUDGET": "6", "VALUATION_CONNECT_TIMEOUT": "1.5", "VALUATION_READ_TIMEOUT": "2.5"}
    assert read(**given) == (6, 1.5, 2.5)
