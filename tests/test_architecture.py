# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The house rules that a machine can check, add-on by add-on. No database, no Odoo."""

import ast
import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docutils import core

from suite import readme
from suite.testing import addons

ROOT = addons.ROOT
NAMES = list(addons.manifests())
MAX_LINES = 500
#: Folders that hold code free of Odoo, wherever they stand in an add-on.
ENGINE_FOLDERS = {"engine", "emr"}
#: Package registries by product, spelled so that this file does not name one itself.
REGISTRY = re.compile(
    r"https?://[^\s\"']*(?:/simple/|artifactory|nexus|verdaccio|devpi)"
    r"|(?:deb|deb-src)\s+(?:\[[^\]]*\]\s*)?https?://"
    r"|\"resolved\":"
    r"|(?:index-url|extra-index-url|registry)\s*[=:]\s*\"?https?://",
    re.IGNORECASE,
)


def sources(addon: str) -> list[Path]:
    """Python files of an add-on."""
    return sorted((addons.ADDONS / addon).rglob("*.py"))


def engine_packages(addon: str) -> list[Path]:
    """Outermost folders of an add-on that hold code free of Odoo."""
    base = addons.ADDONS / addon
    found = [path for path in base.rglob("*") if path.is_dir() and path.name in ENGINE_FOLDERS]
    return [
        path
        for path in sorted(found)
        if "tests" not in path.relative_to(base).parts and not ENGINE_FOLDERS & set(path.relative_to(base).parts[:-1])
    ]


def engine_files() -> list[Path]:
    """Every module below an engine folder, of all add-ons."""
    return [file for name in NAMES for folder in engine_packages(name) for file in sorted(folder.rglob("*.py"))]


def imported_names(path: Path) -> set[str]:
    """Absolute module names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "import_module":
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return names


def relative(path: Path) -> str:
    """Path below the repository, as shown in messages."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", engine_files(), ids=relative)
def test_engine_names_no_odoo(path):
    odoo = {name for name in imported_names(path) if name.split(".")[0] == "odoo"}
    assert not odoo, f"{relative(path)} imports {', '.join(sorted(odoo))}"


@pytest.mark.parametrize("addon", [name for name in NAMES if engine_packages(name)])
def test_engine_imports_where_odoo_is_forbidden(addon):
    """Every engine module is imported in a fresh interpreter that refuses `import odoo`."""
    base = addons.ADDONS / addon
    modules = []
    for folder in engine_packages(addon):
        for file in sorted(folder.rglob("*.py")):
            dotted = ".".join(file.relative_to(base).with_suffix("").parts)
            modules.append(f"{addon}.{dotted}".removesuffix(".__init__"))
    code = f"""
import importlib, sys, types

class Forbidden:
    def find_spec(self, name, path=None, target=None):
        if name == "odoo" or name.startswith("odoo."):
            raise AssertionError("an engine imports " + name)

sys.meta_path.insert(0, Forbidden())
parent = types.ModuleType({addon!r})
parent.__path__ = [{str(base)!r}]
sys.modules[{addon!r}] = parent
for name in {modules!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_add_ons_depend_downwards_only():
    """The bridge and the forecast know nothing of each other; only medical stands on both."""
    manifests = addons.manifests()
    allowed = {
        "crm_logistics_bridge": set(),
        "crm_logistics_bridge_dashboard": {"crm_logistics_bridge"},
        "crm_logistics_bridge_mail_gateway": {"crm_logistics_bridge"},
        "crm_logistics_bridge_privacy_lookup": {"crm_logistics_bridge"},
        "crm_logistics_bridge_sale_channel": {"crm_logistics_bridge"},
        "omni_forecast": set(),
        "omni_forecast_queue_job": {"omni_forecast"},
        "medical_supply_crm": {"crm_logistics_bridge", "omni_forecast"},
    }
    assert set(manifests) <= set(allowed), "say here what a new add-on may depend on"
    for name, manifest in manifests.items():
        ours = set(manifest["depends"]) & set(manifests)
        assert ours <= allowed[name], f"{name} depends on {ours - allowed[name]}"


@pytest.mark.parametrize("addon", NAMES)
def test_add_on_imports_only_what_it_depends_on(addon):
    manifests = addons.manifests()
    strangers = set(manifests) - {addon} - set(manifests[addon]["depends"])
    for path in sources(addon):
        for name in imported_names(path):
            parts = name.split(".")
            assert not (parts[:2] == ["odoo", "addons"] and set(parts[2:3]) & strangers), (
                f"{relative(path)} imports {name}"
            )


@pytest.mark.parametrize("addon", NAMES)
def test_one_model_per_file(addon):
    for folder in ("models", "wizards", "report"):
        for path in sorted((addons.ADDONS / addon / folder).glob("*.py")):
            classes = [node.name for node in addons.model_classes(path)]
            assert len(classes) <= 1, f"{relative(path)} holds {', '.join(classes)}"


@pytest.mark.parametrize("addon", NAMES)
def test_no_file_grows_too_long(addon):
    for suffix in ("*.py", "*.xml", "*.js", "*.scss"):
        for path in (addons.ADDONS / addon).rglob(suffix):
            if "lib" in path.parts:
                continue
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= MAX_LINES, f"{relative(path)} has {lines} lines"


@pytest.mark.parametrize("addon", NAMES)
def test_add_on_is_documented_and_buildable(addon):
    base = addons.ADDONS / addon
    for name in (
        "README.rst",
        "readme/DESCRIPTION.md",
        "readme/CONFIGURE.md",
        "readme/USAGE.md",
        "readme/ROADMAP.md",
        "readme/CONTRIBUTORS.md",
        "static/description/icon.png",
        "pyproject.toml",
        f"i18n/{addon}.pot",
        "i18n/ko.po",
    ):
        assert (base / name).is_file(), f"{addon} lacks {name}"
    assert "whool.buildapi" in (base / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("addon", NAMES)
def test_readme_is_what_its_fragments_say(addon):
    text = readme.readme_path(addon).read_text(encoding="utf-8")
    assert text == readme.generate(addon), "run scripts/readme"
    told = []
    core.publish_doctree(text, settings_overrides={"report_level": 2, "warning_stream": _Listener(told)})
    assert not told, "".join(told)


class _Listener:
    """A stream that keeps what docutils says."""

    def __init__(self, told):
        self.write = told.append


@pytest.mark.parametrize("addon", NAMES)
def test_manifest_follows_the_house(addon):
    manifest = addons.manifests()[addon]
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    assert manifest["license"] == "AGPL-3"
    assert manifest["author"] == "Omni Suite contributors"
    assert "description" not in manifest
    empty = [key for key, value in manifest.items() if value in ("", [], {}, None)]
    assert not empty, f"{addon}: empty keys {empty}"


@pytest.mark.parametrize("addon", NAMES)
def test_every_data_file_is_in_the_manifest(addon):
    base = addons.ADDONS / addon
    manifest = addons.manifests()[addon]
    listed = set(manifest.get("data", [])) | set(manifest.get("demo", []))
    for folder in ("security", "data", "views", "wizards", "report", "demo"):
        for path in (base / folder).rglob("*"):
            if path.suffix in {".xml", ".csv"}:
                name = path.relative_to(base).as_posix()
                assert name in listed, f"{addon}: {name} is not loaded"


@pytest.mark.parametrize("addon", NAMES)
def test_every_model_has_access_rights(addon):
    path = addons.ADDONS / addon / "security" / "ir.model.access.csv"
    if not addons.own_models(addon) and not path.exists():
        return  # glue: it extends models of others
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    covered = {row["model_id:id"].split(".")[-1] for row in rows}
    for model in addons.own_models(addon):
        assert f"model_{model.replace('.', '_')}" in covered, f"{addon}: no access rights for {model}"
    groupless = [row["id"] for row in rows if not row["group_id:id"]]
    assert not groupless, f"{addon}: rights for everybody in {groupless}"


@pytest.mark.parametrize("addon", NAMES)
def test_tests_are_named_and_imported(addon):
    """Odoo runs only what tests/__init__.py imports; engine tests stay out of it."""
    folder = addons.ADDONS / addon / "tests"
    imported = (folder / "__init__.py").read_text(encoding="utf-8")
    for path in folder.glob("test_*.py"):
        assert re.search(rf"\b{path.stem}\b", imported), f"{relative(path)} is never run by Odoo"
    assert not re.search(r"import engine|from \.engine", imported)
    assert not (folder / "engine" / "__init__.py").exists()


def test_no_registry_host_in_any_file():
    """The mirror is read from the machine's own configuration; no file names one."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    found = []
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if not path.is_file() or path == Path(__file__).resolve() or path.stat().st_size > 3_000_000:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for match in REGISTRY.finditer(text):
            host = re.match(r"[^\s/\"']*", text[match.end() :]).group(0)
            # Reserved names stand for a mirror in tests.
            if not re.search(r"(^|\.)(example(\.(org|com|net))?|test|invalid)$", host):
                found.append(f"{name}: {match.group(0)}{host}")
    assert not found, "\n".join(found)
