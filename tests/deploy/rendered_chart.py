"""What helm makes of the chart: run by `make deploy-check`, which builds helm and names it in HELM."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from headgate.settings import Settings, variable

CHART = Path(__file__).parents[2] / "deploy" / "chart"
KUBERNETES = "1.33.0"
PROCESSES = ("worker", "api", "upgrade")
PREVIOUS = "worker-previous"
Manifest = dict[str, Any]


@pytest.fixture(params=["values", "ci/everything", "ci/least"])
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    """What helm makes of one set of values."""
    return rendered(request.param)


def rendered(name: str) -> list[Manifest]:
    command = [
        os.environ["HELM"],
        "template",
        "district",
        CHART,
        "--kube-version",
        KUBERNETES,
        "-f",
        CHART / f"{name}.yaml",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """The pod templates by their component."""
    found = [each["spec"]["template"] for each in manifests if each["kind"] in ("Deployment", "Job")]
    return {each["metadata"]["labels"]["app.kubernetes.io/component"]: each for each in found}


def of_kind(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [each for each in manifests if each["kind"] == kind]


def test_every_pod_is_restricted(manifests: list[Manifest]) -> None:
    assert set(pods(manifests)) - {PREVIOUS} == set(PROCESSES)
    for pod in pods(manifests).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        [container] = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(container["resources"]) == {"requests", "limits"}


def test_secrets_are_files_of_a_secret_that_the_chart_does_not_hold(manifests: list[Manifest]) -> None:
    assert of_kind(manifests, "Secret") == []
    known = {variable(name, field) for name, field in Settings.model_fields.items()} | {"FORWARDED_ALLOW_IPS"}
    for pod in pods(manifests).values():
        [container] = pod["spec"]["containers"]
        given = {each["name"]: each["value"] for each in container["env"]}
        assert given["DATABASE_URL_FILE"].startswith("/run/secrets/")
        assert given["HEADGATE_CODEC_KEYS_FILE"].startswith("/run/secrets/")
        others = {name for name in given if not name.startswith("TEMPORAL_TLS_")}
        assert {name.removesuffix("_FILE") for name in others} <= known
        mounted = {each["name"] for each in container["volumeMounts"]}
        assert mounted == {each["name"] for each in pod["spec"]["volumes"]}


def test_what_serves_is_probed_and_lets_one_go_at_a_time(manifests: list[Manifest]) -> None:
    budgets = {
        each["spec"]["selector"]["matchLabels"]["app.kubernetes.io/component"]: each["spec"]["maxUnavailable"]
        for each in of_kind(manifests, "PodDisruptionBudget")
    }
    assert budgets == {"worker": 1, "api": 1}
    for deployment in of_kind(manifests, "Deployment"):
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)
        selected = deployment["spec"]["selector"]["matchLabels"].items()
        assert selected <= deployment["spec"]["template"]["metadata"]["labels"].items()
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


def test_schema_and_definitions_come_before_what_runs_on_them(manifests: list[Manifest]) -> None:
    [job] = of_kind(manifests, "Job")
    assert "pre-upgrade" in job["metadata"]["annotations"]["helm.sh/hook"]
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert "headgate namespace" in container["args"][0]
    assert "headgate upgrade" in container["args"][0]


def test_workers_of_the_release_before_stand_beside_the_new_ones_until_those_are_promoted() -> None:
    def release(component: str) -> dict[str, str]:
        [container] = pods(rendered("ci/everything"))[component]["spec"]["containers"]
        given = {each["name"]: each["value"] for each in container["env"]}
        return {
            "image": container["image"],
            **{name: given[f"HEADGATE_{name.upper()}"] for name in ("deployment", "build")},
        }

    repository = "registry.example.org/headgate"
    new, before = release("worker"), release(PREVIOUS)
    assert new == {"image": f"{repository}@sha256:{'0' * 64}", "deployment": "headgate", "build": "0" * 32}
    assert before == {"image": f"{repository}:0.9.0", "deployment": "headgate", "build": "0.9.0"}
    assert set(pods(rendered("values"))) == set(PROCESSES)


def test_forwarded_headers_are_believed_from_named_addresses_alone(manifests: list[Manifest]) -> None:
    [container] = pods(manifests)["api"]["spec"]["containers"]
    [believed] = [each["value"] for each in container["env"] if each["name"] == "FORWARDED_ALLOW_IPS"]
    assert "*" not in believed


def test_each_kind_of_pod_has_its_network_policy() -> None:
    policies = of_kind(rendered("ci/everything"), "NetworkPolicy")
    by_component = {
        each["spec"]["podSelector"]["matchLabels"]["app.kubernetes.io/component"]: each for each in policies
    }
    assert set(by_component) == {*PROCESSES, PREVIOUS}
    for policy in policies:
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        named = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
        assert named == {53, 5432, 7233, 443}
    assert by_component["upgrade"]["spec"]["ingress"] == []
    assert all("from" in rule for rule in by_component["api"]["spec"]["ingress"])


def test_workers_follow_the_backlog_of_their_task_queue() -> None:
    made = rendered("ci/everything")
    [scaled] = of_kind(made, "ScaledObject")
    [trigger] = scaled["spec"]["triggers"]
    assert trigger["type"] == "temporal"
    assert trigger["metadata"]["taskQueue"] == "headgate"
    assert all(isinstance(value, str) for value in trigger["metadata"].values())
    [worker] = [each for each in of_kind(made, "Deployment") if each["metadata"]["name"].endswith("-worker")]
    assert scaled["spec"]["scaleTargetRef"]["name"] == worker["metadata"]["name"]
    assert "replicas" not in worker["spec"]
