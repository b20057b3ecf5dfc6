# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the manifests below addons/ say."""

import ast
import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
ADDONS = ROOT / "addons"
MODEL_BASES = {"Model", "TransientModel", "AbstractModel"}
#: Folders and files of an add-on that leave an installed database as it is.
NOT_INSTALLED = {
    "tests",
    "readme",
    "__pycache__",
    "static",
    "README.rst",
    "pyproject.toml",
}


def manifests() -> dict[str, dict]:
    """Manifest of each add-on below addons/, by technical name, in name order."""
    return {
        path.parent.name: ast.literal_eval(path.read_text(encoding="utf-8"))
        for path in sorted(ADDONS.glob("*/__manifest__.py"))
    }


def install_order() -> list[str]:
    """Our add-ons, each after those of ours that it depends on."""
    found = manifests()
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name in ordered:
            return
        for dependency in found[name].get("depends", []):
            if dependency in found:
                visit(dependency)
        ordered.append(name)

    for name in found:
        visit(name)
    return ordered


def foreign_dependencies() -> list[str]:
    """Modules of Odoo and OCA that our add-ons depend on directly, sorted."""
    found = manifests()
    named = {name for manifest in found.values() for name in manifest.get("depends", [])}
    return sorted(named - set(found))


def dependants(name: str) -> list[str]:
    """Our add-ons that depend on `name`, directly or not, `name` itself excluded."""
    found = manifests()
    reached = {name}
    while True:
        more = {
            other
            for other, manifest in found.items()
            if other not in reached and reached & set(manifest.get("depends", []))
        }
        if not more:
            return [addon for addon in install_order() if addon in reached - {name}]
        reached |= more


def fingerprint_of_install() -> str:
    """Hash over every file of ours that can change what an installation writes."""
    digest = hashlib.sha256()
    for addon in manifests():
        base = ADDONS / addon
        for path in sorted(base.rglob("*")):
            parts = path.relative_to(base).parts
            if path.is_file() and not NOT_INSTALLED & set(parts):
                digest.update(f"{addon}/{'/'.join(parts)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def model_classes(path: Path) -> list[ast.ClassDef]:
    """Classes of a Python file that define or extend an Odoo model."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(base, ast.Attribute) and getattr(base.value, "id", "") == "models" and base.attr in MODEL_BASES
            for base in node.bases
        )
    ]


def own_models(addon: str) -> set[str]:
    """Names of the stored and transient models that an add-on defines itself."""
    names = set()
    for path in sorted((ADDONS / addon).rglob("*.py")):
        if "tests" in path.relative_to(ADDONS / addon).parts:
            continue
        for node in model_classes(path):
            if any(getattr(base, "attr", "") == "AbstractModel" for base in node.bases):
                continue
            values = {
                target.id: statement.value
                for statement in node.body
                if isinstance(statement, ast.Assign)
                for target in statement.targets
                if isinstance(target, ast.Name)
            }
            if "_name" not in values:
                continue
            name = ast.literal_eval(values["_name"])
            inherited = ast.literal_eval(values["_inherit"]) if "_inherit" in values else []
            if name != inherited and name not in inherited:
                names.add(name)
    return names


def names_of_ours() -> list[str]:
    """Everything by which a log line can name us: add-ons, models, tables."""
    models = {model for addon in manifests() for model in own_models(addon)}
    return sorted({*manifests(), *models, *(model.replace(".", "_") for model in models)})
