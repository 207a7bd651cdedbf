"""The manifests: rendered by kubectl, checked against Kubernetes' own schemas, and their walls."""

import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
VALIDATE = ROOT / "tests/deploy/node/validate.mjs"


@pytest.fixture(name="rendered", scope="module")
def _rendered():
    done = subprocess.run(["kubectl", "kustomize", str(ROOT / "deploy/kubernetes")],
                          capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@pytest.fixture(name="objects", scope="module")
def _objects(rendered):
    return {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(rendered)}


def validate(text):
    return subprocess.run(["node", str(VALIDATE)], input=text, capture_output=True, text=True,
                          check=False, timeout=60)


def pod(objects, kind, name):
    return objects[kind, name]["spec"]["template"]["spec"]


WORKLOADS = [("StatefulSet", "portreeve-gateway"), ("Deployment", "portreeve-agent")]


def test_every_object_keeps_to_its_schema(rendered):
    done = validate(rendered)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("right,wrong", [("replicas: 1", "replicas: one"),
                                         ("readOnlyRootFilesystem", "readOnlyRootFileSystem")])
def test_the_check_sees_a_wrong_value_and_a_misspelt_field(rendered, right, wrong):
    assert right in rendered
    assert validate(rendered.replace(right, wrong)).returncode == 1


@pytest.mark.parametrize("kind,name", WORKLOADS)
def test_a_pod_has_no_rights_to_spare(objects, kind, name):
    spec = pod(objects, kind, name)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_the_gateway_is_probed_on_its_own_port(objects):
    container = pod(objects, "StatefulSet", "portreeve-gateway")["containers"][0]
    ports = {port["name"] for port in container["ports"]}
    for probe, path in [("startupProbe", "/livez"), ("livenessProbe", "/livez"),
                        ("readinessProbe", "/readyz")]:
        assert container[probe]["httpGet"]["path"] == path
        assert container[probe]["httpGet"]["port"] in ports


def test_nothing_reaches_the_agent(objects):
    policy = objects["NetworkPolicy", "portreeve-agent"]["spec"]
    assert "Ingress" in policy["policyTypes"] and not policy.get("ingress")
    assert not [key for key in objects if key == ("Service", "portreeve-agent")]


def test_a_selector_selects_its_pods(objects):
    for kind, name in WORKLOADS:
        labels = objects[kind, name]["spec"]["template"]["metadata"]["labels"]
        assert objects[kind, name]["spec"]["selector"]["matchLabels"].items() <= labels.items()
        chosen = objects["NetworkPolicy", name]["spec"]["podSelector"]["matchLabels"]
        assert chosen.items() <= labels.items()


def test_every_mounted_volume_is_there(objects):
    for kind, name in WORKLOADS:
        spec = pod(objects, kind, name)
        there = {volume["name"] for volume in spec["volumes"]} | {
            claim["metadata"]["name"]
            for claim in objects[kind, name]["spec"].get("volumeClaimTemplates", [])}
        assert {m["name"] for c in spec["containers"] for m in c["volumeMounts"]} <= there
