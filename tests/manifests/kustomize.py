"""A small reader of kustomization.yaml: what ours use of kustomize, so that the tests need no kubectl.

`make manifests` holds it to `kubectl kustomize`, object by object (kubectl 1.27 or newer). Names of generated
ConfigMaps carry no hash here.
"""

import re
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
KUSTOMIZE = ROOT / "deploy" / "kustomize"
OVERLAYS = ("dev", "prod")
KNOWN_FIELDS = frozenset(
    {"apiVersion", "kind", "namespace", "resources", "components", "configMapGenerator", "images", "patches"}
)
CLUSTER_WIDE = frozenset({"Namespace"})

Manifest = dict[str, Any]


def render(folder: Path) -> list[Manifest]:
    """Every object of an overlay, as kustomize would give them, but in the order of the files."""
    return _layer(folder, [])


@cache
def _overlay(name: str) -> list[Manifest]:
    return render(KUSTOMIZE / "overlays" / name)


def overlay(name: str) -> list[Manifest]:
    """The objects of ``dev`` or ``prod``, for the caller to change."""
    return deepcopy(_overlay(name))


def _layer(folder: Path, manifests: list[Manifest]) -> list[Manifest]:
    """Add a folder's resources to what is there, then change all of it: a component works on its caller's."""
    described = yaml.safe_load((folder / "kustomization.yaml").read_text())
    unknown = described.keys() - KNOWN_FIELDS
    assert not unknown, f"{folder}: the reader does not know {unknown}"
    for resource in described.get("resources", ()):
        path = folder / resource
        manifests += _layer(path, []) if path.is_dir() else [one for one in yaml.safe_load_all(path.read_text()) if one]
    for component in described.get("components", ()):
        manifests = _layer(folder / component, manifests)
    manifests += [_generated(folder, one) for one in described.get("configMapGenerator", ())]
    for manifest in manifests:
        if (namespace := described.get("namespace")) and manifest["kind"] not in CLUSTER_WIDE:
            manifest["metadata"]["namespace"] = namespace
        for image in described.get("images", ()):
            _rename(manifest, image)
        for patch in described.get("patches", ()):
            if _meant(patch["target"], manifest):
                _patch(manifest, yaml.safe_load(patch["patch"]))
    return manifests


def _generated(folder: Path, generator: Manifest) -> Manifest:
    data = dict(literal.split("=", 1) for literal in generator.get("literals", ()))
    data |= {name: (folder / name).read_text() for name in generator.get("files", ())}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": generator["name"]}, "data": data}


def pod_spec(manifest: Manifest) -> Manifest:
    """The pods of a Deployment or StatefulSet."""
    spec: Manifest = manifest["spec"]["template"]["spec"]
    return spec


def containers(manifest: Manifest) -> list[Manifest]:
    """All containers of a workload, those that run first too."""
    spec = pod_spec(manifest)
    return [*spec.get("initContainers", ()), *spec["containers"]]


def _rename(manifest: Manifest, image: Manifest) -> None:
    if manifest["kind"] not in {"Deployment", "StatefulSet"}:
        return
    for container in containers(manifest):
        if container["image"] == image["name"]:
            container["image"] = f"{image['newName']}:{image['newTag']}"


def _meant(target: Manifest, manifest: Manifest) -> bool:
    return manifest["kind"] == target["kind"] and bool(re.fullmatch(target["name"], manifest["metadata"]["name"]))


def _patch(manifest: Manifest, operations: list[Manifest]) -> None:
    """JSON patch; ``replace`` and ``remove`` are all that ours need."""
    for operation in operations:
        assert operation["op"] in {"replace", "remove"}, operation
        *way, last = [step.replace("~1", "/") for step in operation["path"].split("/")[1:]]
        place: Any = manifest
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key: Any = int(last) if isinstance(place, list) else last
        assert key in (range(len(place)) if isinstance(place, list) else place), operation
        if operation["op"] == "remove":
            del place[key]
        else:
            place[key] = deepcopy(operation["value"])
