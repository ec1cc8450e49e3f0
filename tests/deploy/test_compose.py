"""`deploy/compose.yaml` and the image, as far as they can be judged without Docker."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import yaml

from headgate.settings import Settings, variable

DEPLOY = Path(__file__).parents[2] / "deploy"
COMPOSE = DEPLOY / "compose.yaml"
INTERPOLATED = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:-[^}]*)?\}")


def tool(name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name(name), *words], capture_output=True, text=True, check=False, cwd=DEPLOY.parent
    )


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text())["services"]
    return found


def test_the_file_is_what_the_compose_specification_says() -> None:
    done = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)
    assert done.returncode == 0, done.stdout


def test_every_value_from_outside_has_a_default_and_a_line_in_the_example() -> None:
    example = (DEPLOY / "example.env").read_text()
    for name, default in INTERPOLATED.findall(COMPOSE.read_text()):
        assert default, f"{name} has no default"
        assert re.search(rf"^#?{name}=", example, re.MULTILINE), f"{name} is not in example.env"


def test_the_environment_names_settings_that_there_are() -> None:
    known = {variable(name, field) for name, field in Settings.model_fields.items()}
    for name in ("worker", "api", "upgrade"):
        for given in services()[name]["environment"]:
            setting = given.removesuffix("_FILE")
            if setting.startswith(("HEADGATE_", "TEMPORAL_", "DATABASE_")):
                assert setting in known, f"{name} is given {given}"


def test_no_process_may_do_more_than_it_needs() -> None:
    for name, service in services().items():
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "privileged" not in service, name
        others = ("postgres", "temporal-schema", "temporal", "temporal-ui", "backup", "restore")
        assert name in others or service["read_only"], name


def test_only_the_proxy_is_reached_from_outside_and_the_databases_only_from_within() -> None:
    published = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert set(published) == {"proxy", "temporal-ui"}
    assert all(port.startswith("127.0.0.1:") for port in published["temporal-ui"])
    assert services()["postgres"]["networks"] == services()["temporal"]["networks"] == ["back"]


def test_the_proxy_alone_is_believed_about_where_a_request_came_from() -> None:
    address = services()["proxy"]["networks"]["front"]["ipv4_address"]
    assert services()["api"]["environment"]["FORWARDED_ALLOW_IPS"] == address
    [front] = yaml.safe_load(COMPOSE.read_text())["networks"]["front"]["ipam"]["config"]
    proxy, subnet, given_away = (
        INTERPOLATED.sub(lambda found: found[2].removeprefix(":-"), text)
        for text in (address, front["subnet"], front["ip_range"])
    )
    assert ip_address(proxy) in ip_network(subnet)
    assert ip_address(proxy) not in ip_network(given_away)


def test_passwords_come_as_files_never_in_the_environment() -> None:
    compose = yaml.safe_load(COMPOSE.read_text())
    for name, service in compose["services"].items():
        for variable_, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEYS|DATABASE_URL", variable_):
                assert variable_.endswith("_FILE"), name
                assert str(value).startswith("/run/secrets/"), name
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_the_secrets_that_it_mounts_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    def made() -> dict[str, str]:
        subprocess.run([DEPLOY / "secrets.sh", folder], check=True)
        return {each.name: each.read_text() for each in folder.iterdir()}

    first = made()
    assert first == made()
    assert set(first) == set(yaml.safe_load(COMPOSE.read_text())["secrets"])
    assert f":{first['headgate_password']}@postgres/headgate" in first["database_url"]
    assert folder.stat().st_mode & 0o077 == 0


def test_the_image_is_sound() -> None:
    done = tool("hadolint", "--failure-threshold", "info", DEPLOY / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_image_holds_every_package_that_runs() -> None:
    configuration = tomllib.loads((DEPLOY.parent / "pyproject.toml").read_text())
    packages = configuration["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in packages} <= set(kept)
