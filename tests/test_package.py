"""What holds for the package as a whole: light to import, layers, public names, commands."""

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import argmine

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "argmine"
HEAVY = (
    "torch",
    "spacy",
    "transformers",
    "sentence_transformers",
    "umap",
    "hdbscan",
    "sklearn",
    "plotly",
    "matplotlib",
    "pandas",
    "ray",
    "httpx",
)
STAGES = ("read", "split", "embed", "stance", "cluster")
FOUNDATIONS = {"errors", "settings", "tables", "codebook", "models"}


def run_python(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("statement", ["import argmine", "import argmine.cli", "import argmine; dir(argmine)"])
def test_importing_is_light(statement):
    loaded = run_python(f"import sys\n{statement}\nprint(*sys.modules)").split()
    assert [name for name in HEAVY if name in loaded] == []


def test_help_is_light_and_quick():
    code = (
        "import sys, contextlib\nfrom argmine.cli import app\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\nprint(*sys.modules, file=sys.stderr)"
    )
    argmine_command = Path(sys.executable).with_name("argmine")
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run([argmine_command, "--help"], capture_output=True, check=True)
        seconds.append(time.perf_counter() - begin)
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr.split()
    assert [name for name in HEAVY if name in loaded] == []
    assert min(seconds) < 0.5, f"--help took {min(seconds):.2f} s"


def imports_of(path: Path) -> set[str]:
    """Return the names of the argmine modules that a file imports anywhere, without the leading `argmine.`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found.update(name.removeprefix("argmine.") for name in names if name.startswith("argmine."))
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_no_other_stage(stage):
    for path in (PACKAGE / stage).rglob("*.py"):
        homes = {name.split(".")[0] for name in imports_of(path)}
        assert homes <= FOUNDATIONS | {stage, "__version__"}, f"{path.relative_to(ROOT)} imports {sorted(homes)}"


def test_outputs_see_only_an_analysis():
    for path in (PACKAGE / "output").rglob("*.py"):
        homes = {name.split(".")[0] for name in imports_of(path)}
        assert homes <= FOUNDATIONS | {"output", "analysis", "__version__"}, (
            f"{path.relative_to(ROOT)} imports {sorted(homes)}"
        )


def test_only_two_modules_open_a_socket():
    # One reads the address that the user names; the other asks the chat server that the user names.
    allowed = {PACKAGE / "read" / "fetch.py", PACKAGE / "stance" / "chat_server.py"}
    assert all(path.is_file() for path in allowed)
    for path in PACKAGE.rglob("*.py"):
        if path in allowed:
            continue
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(import|from) (socket|httpx|requests|urllib\.request|http\.client)\b", text, re.M), (
            path
        )


def test_only_one_file_names_devices():
    naming = [
        path.name
        for path in (PACKAGE / "embed").rglob("*.py")
        if re.search(r"[\"'](cuda|mps)[\"']", path.read_text(encoding="utf-8"))
    ]
    assert naming == ["devices.py"]


def test_public_names_exist_and_are_documented():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in argmine.__all__:
        assert getattr(argmine, name, None) is not None
    assert "import argmine as am" in readme


def test_every_command_is_in_the_readme():
    import typer.main

    from argmine.cli import app

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in typer.main.get_command(app).commands.items():
        for line in [f"argmine {name} {inner}" for inner in getattr(command, "commands", {})] or [f"argmine {name}"]:
            assert line in readme, f"README.md does not show `{line}`"


def test_every_public_function_and_class_has_a_docstring():
    bare = []
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if (
                isinstance(node, (ast.FunctionDef, ast.ClassDef))
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                bare.append(f"{path.relative_to(ROOT)}:{node.name}")
    assert bare == []


def test_the_project_names_no_machine():
    words = ("/" + "work/", "/" + "tmp/b", "find-" + "links", "files.python" + "hosted")
    for path in subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines():
        content = (ROOT / path).read_bytes() if (ROOT / path).is_file() else b""
        assert not [word for word in words if word.encode() in content], path
