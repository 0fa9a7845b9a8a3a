"""The production file is valid by the compose schema and keeps what we promise of it.

No engine runs here: `docs/operations.md` names what only an engine could show.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from openflex.live.consumers import PATH as SOCKET_PATH

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Of the compose specification, Apache License 2.0 (compose-spec.LICENSE).
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
DJANGO = {"migrate", "pages", "sockets", "worker", "beat"}


def test_the_file_is_valid_by_the_compose_schema() -> None:
    validator = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(COMPOSE)]
    assert problems == []


def test_the_schema_refuses_what_is_wrong() -> None:
    wrong = {**COMPOSE, "services": {**SERVICES, "pages": {**SERVICES["pages"], "replicas": 3}}}
    assert not jsonschema.validators.validator_for(SCHEMA)(SCHEMA).is_valid(wrong)


def test_every_process_of_production_is_there() -> None:
    assert set(SERVICES) >= {"proxy", "postgres", "redis", "backups", *DJANGO}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_process_is_watched_and_restarted(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_migrations_are_a_step_that_the_application_waits_for() -> None:
    assert SERVICES["migrate"]["restart"] == "no"
    for name in DJANGO - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_what_is_waited_for_exists_and_says_whether_it_is_healthy() -> None:
    for name, service in SERVICES.items():
        for other, terms in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} waits for {other}"
            assert terms["condition"] != "service_healthy" or "healthcheck" in SERVICES[other]


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("postgres", "redis", "backups"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_the_application_runs_with_as_few_powers_as_possible() -> None:
    for name in DJANGO:
        assert SERVICES[name]["read_only"] is True
        assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert "USER openflex" in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def read_by_settings() -> dict[str, ast.expr | None]:
    """Each variable that the settings read, and the default they give it."""
    tree = ast.parse((ROOT / "openflex" / "settings.py").read_text(encoding="utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func))
    ]
    named = [(node, node.args[0].value) for node in calls if node.args and isinstance(node.args[0], ast.Constant)]
    return {str(name): next((one.value for one in node.keywords if one.arg == "default"), None) for node, name in named}


def shown_in_example() -> dict[str, str]:
    """What is commented out in the example, with its value."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, flags=re.M))


def test_every_setting_can_be_set() -> None:
    """Each that the application reads reaches its processes, as the file makes it or empty when nobody set it."""
    read = set(read_by_settings())
    assert {"VALUATION_NAME", "DATABASE_POOL_SIZE", "CSRF_TRUSTED_ORIGINS"} < read
    own = {"DEBUG", "ALLOWED_HOSTS", "PUBLIC_URL", "TRUSTED_PROXY_COUNT", "DATABASE_URL", "REDIS_URL", "EXPORTS_DIR"}
    own |= {"PHOTOS_DIR", "SECRET_KEY", "EMAIL_URL"}  # made by the file, or required
    # Of a folder that only development has, and what only the processes of pages and sockets are told.
    read -= {"OUTBOX_DIR", "DATABASE_POOL"}
    for name in DJANGO:
        given = SERVICES[name]["environment"]
        assert read - set(given) == set()
        for key in read - own:
            assert re.fullmatch(rf"\$\{{{key}:-[^}}]*}}", given[key]), key


def test_what_is_commented_out_has_the_value_shown() -> None:
    """As the first line of the example promises, in production."""
    read, shown = read_by_settings(), shown_in_example()
    assert {"VALUATION_CLIENT_ID", "NOTIFICATION_DIGEST_HOUR"} < set(shown)
    for name in set(shown) & set(read):
        assert shown[name] == in_production(read[name]), name
    of_the_file = dict(re.findall(r"\$\{([A-Z_]+):-([^}]+)}", TEXT))
    assert {name: shown[name] for name in of_the_file if name in shown} == of_the_file


def in_production(default: ast.expr | None) -> str:
    """A default as one would write it into the file; DEBUG is off there."""
    match default:
        case ast.IfExp():
            return in_production(default.orelse)
        case ast.Name(id="DEBUG"):
            return "false"
        case ast.List(elts=[]):
            return ""
        case ast.Constant(value=bool(value)):
            return str(value).lower()
        case ast.Constant(value=float(value)):
            return f"{value:g}"
        case ast.Constant(value=value):
            return str(value)
    raise AssertionError(f"No value of production: {default and ast.unparse(default)}")


def test_images_are_pinned_and_name_no_registry() -> None:
    bases = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.M)
    for image in [service["image"] for service in SERVICES.values()] + bases:
        name, _, tag = image.rpartition(":")
        assert name, f"{image} has no tag"
        assert tag not in ("", "latest")
        assert "." not in name.split("/")[0], f"{image} names a host"


def test_one_env_file_explains_every_variable_and_no_secret_has_a_default() -> None:
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", TEXT))
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), flags=re.M))
    assert used == explained
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert f"${{{name}:?" in TEXT
        assert f"${{{name}:-" not in TEXT


def test_the_application_reads_every_variable_that_it_is_given() -> None:
    settings = (ROOT / "openflex" / "settings.py").read_text(encoding="utf-8")
    given = {name for service in DJANGO for name in SERVICES[service]["environment"]}
    assert [name for name in sorted(given) if f'"{name}"' not in settings] == []


def test_files_that_are_mounted_or_copied_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists(), source
    assert (ROOT / "deploy" / "healthcheck.py").exists()


def test_the_proxy_leads_the_socket_of_a_page_to_daphne_and_all_else_to_the_pages() -> None:
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
    matcher = re.search(r"@sockets \{(.*?)\}", caddyfile, flags=re.S)
    assert matcher
    assert f"path {SOCKET_PATH}\n" in matcher[1]
    assert "header Upgrade websocket" in matcher[1]
    to_sockets = re.search(r"reverse_proxy @sockets \{\s+dynamic a \{\s+name (\w+)\s+port (\d+)", caddyfile)
    to_pages = re.search(r"reverse_proxy \{\s+dynamic a \{\s+name (\w+)\s+port (\d+)", caddyfile)
    assert to_sockets
    assert to_pages
    for found, server in ((to_sockets, "daphne"), (to_pages, "granian")):
        command = SERVICES[found[1]]["command"]
        assert command[0] == server
        assert found[2] in command
    assert SERVICES["sockets"]["command"][-1] == "openflex.asgi:application"
