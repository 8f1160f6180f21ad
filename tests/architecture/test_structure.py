"""The shape of the code: sizes, public surface, imports that do no work, packages that are ours."""

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("twin", "gis_data", "vision_bridge", "scenarios", "api")
FILES = sorted(p for name in PACKAGES for p in (ROOT / name).rglob("*.py"))
MAX_FILE_LINES, MAX_FUNCTION_LINES, MAX_CLASS_LINES = 320, 60, 200


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_is_one_thing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module opens with one line that says what lives there"
    assert len(text.splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.end_lineno:
            limit = MAX_CLASS_LINES if isinstance(node, ast.ClassDef) else MAX_FUNCTION_LINES
            assert node.end_lineno - node.lineno <= limit, f"{node.name} is longer than {limit} lines"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_things_have_docstrings(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path.name}: {node.name} has no docstring"


def test_packages_belong_to_this_distribution() -> None:
    owners = importlib.metadata.packages_distributions()
    for name in PACKAGES:
        assert set(owners.get(name, ["hue-twin"])) == {"hue-twin"}, f"{name} also comes from {owners[name]}"


def test_import_compiles_and_reads_nothing() -> None:
    code = (
        "import sys; opened=[]\n"
        "data = ('.csv', '.geojson', '.gpkg')\n"
        "see = lambda e, a: opened.append(a[0]) if e == 'open' and str(a[0]).endswith(data) else None\n"
        "sys.addaudithook(see)\n"
        "import api.cli\n"
        "assert not opened, opened\n"
        "assert 'numba' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 # own code
    assert done.returncode == 0, done.stderr
