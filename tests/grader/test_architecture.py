"""The packages follow their rules: who imports whom, who prints, and what loads fast."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from grader.candidate_process import confine

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path.relative_to(ROOT) for path in (ROOT / "grader").rglob("*.py"))
TWO_WORDS = re.compile(r"(?![<#])[^<]*[A-Za-z]{2,}[,:;]? [A-Za-z]{2,}", re.DOTALL)  # no markup, no code
PACKAGES = [file for file in FILES if file.name == "__init__.py"]


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), str(file))


def module(file: Path) -> str:
    """Return the dotted name of a file's module."""
    return ".".join(file.with_suffix("").parts).removesuffix(".__init__")


def imports(file: Path) -> Iterator[str]:
    """Yield the dotted names of everything that a file imports, and of possible modules in them."""
    package = file.parent.parts
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            source = ".".join((*above, *filter(None, (node.module,))))
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def in_room(*rooms: str) -> list[Path]:
    """Return the files of these packages of `grader/`."""
    return [file for file in FILES if file.parts[1] in rooms]


def calls(file: Path, *names: str) -> list[str]:
    """Return the lines on which a file calls one of these built-in functions."""
    found = [node.func for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    return [f"line {func.lineno} calls {func.id}" for func in found if isinstance(func, ast.Name) and func.id in names]


def require(rule: Callable[[Path], Iterable[str]], files: Iterable[Path]) -> None:
    """Fail with all violations of a rule, which returns what one file does wrong."""
    offences = [f"{file}: {offence}" for file in files for offence in rule(file)]
    assert not offences, "\n" + "\n".join(offences)


def test_the_kit_is_found() -> None:
    """The rules below are applied to existing files."""
    assert {Path("grader/wire.py"), Path("grader/candidate_process/__main__.py"), Path("grader/sandbox/server.py")} <= {
        *FILES
    }
    assert set(imports(Path("grader/sandbox/layers.py"))) >= {"dataclasses.dataclass", "grader.sandbox.backend.backend"}


@pytest.mark.slow
def test_nothing_imports_the_candidate_process() -> None:
    """The candidate's code runs as a process and is reached over the wire; no other package imports it."""
    require(
        lambda file: [name for name in imports(file) if within(name, "grader.candidate_process")],
        [file for file in FILES if file not in in_room("candidate_process")],
    )


# What both sides of the sandbox import: the protocols, and how tensors travel.
SHARED = ("grader.wire", "grader.control", "grader.tensors")


def test_the_candidate_process_imports_the_protocols_and_itself() -> None:
    """The candidate's process has no suite, examiner or catalog."""
    allowed = (*SHARED, "grader.candidate_process")
    require(
        lambda file: [
            name for name in imports(file) if within(name, "grader") and name != "grader" and not within(name, *allowed)
        ],
        in_room("candidate_process"),
    )


def test_candidates_may_read_the_protocols() -> None:
    """A server imports them inside of its jail."""
    assert {f"grader.{name.removesuffix('.py')}" for name in confine.SHARED if name != "__init__.py"} == {*SHARED}


def test_the_protocols_belong_to_neither_side() -> None:
    """What both sides import has nothing of either side. The protocols import nothing slow."""
    light = {"__future__", "collections", "msgspec", "socket", "struct", "itertools", "typing"}
    for name in SHARED:
        imported = set(imports(Path(*name.split(".")).with_suffix(".py")))
        outside = {found.partition(".")[0] for found in imported if not within(found, "grader")}
        assert outside <= (light | {"torch"} if name == "grader.tensors" else light), name
        assert {found for found in imported if within(found, "grader") and found != "grader"} <= {*SHARED}, name


def test_only_the_command_line_and_the_reports_print() -> None:
    """Only the command line and the reports print."""

    def printing(file: Path) -> list[str]:
        return calls(file, "print", "input") + [
            name for name in imports(file) if within(name, "rich", "typer", "click")
        ]

    require(printing, [file for file in FILES if file not in in_room("cli", "reports")])


def test_only_the_cluster_imports_dask() -> None:
    """Who grades on one machine needs no Dask."""
    require(
        lambda file: [name for name in imports(file) if within(name, "distributed", "dask")],
        [file for file in FILES if file not in in_room("cluster")],
    )


def kit_errors() -> set[str]:
    """Return the names of the classes that derive from `KitError`."""
    known = {"KitError"}
    classes = [node for file in FILES for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef)]
    while new := {c.name for c in classes if any(isinstance(b, ast.Name) and b.id in known for b in c.bases)} - known:
        known |= new
    return known


def literals(node: ast.AST) -> Iterator[str]:
    """Yield the texts written in an expression, those of its f-strings included."""
    yield from (n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str))


def test_an_error_of_the_kit_takes_its_sentence_from_a_catalog() -> None:
    """No error of the kit is made of a literal, and no text with words of its own is shown as it is."""
    errors = kit_errors()
    assert errors > {"KitError", "CatalogError", "NothingSubmitted", "SandboxError", "SuiteError", "Unreadable"}

    def is_literal(call: ast.Call, name: str) -> bool:
        if name in errors:
            return any(isinstance(argument, ast.Constant | ast.JoinedStr | ast.BinOp) for argument in call.args)
        return name == "verbatim" and any(TWO_WORDS.match(text) for text in literals(call))

    def made_of_literals(file: Path) -> list[str]:
        return [
            f"line {node.lineno}: {ast.unparse(node)}"
            for node in ast.walk(tree(file))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and is_literal(node, node.func.id)
        ]

    require(made_of_literals, FILES)


def test_what_is_printed_stands_in_a_catalog() -> None:
    """The commands and the reports hold no words of their own: two words in a row, but for markup, code and styles."""
    styles = {"bold underline"}

    def spoken(file: Path) -> list[str]:
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree(file))
            if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)
        }
        return [
            f"line {node.lineno}: {node.value!r}"
            for node in ast.walk(tree(file))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and TWO_WORDS.match(node.value)
            and node.value not in styles
        ]

    # The first form of the reports is read by its words, which are no longer printed.
    require(spoken, [file for file in in_room("cli", "reports") if file.name != "report_1.py"])


def importing() -> dict[str, set[str]]:
    """Return, by the dotted name of each module of the kit, which other modules of the kit it imports.

    `from grader.submissions import files` imports the module `files`, not what the package's root offers.
    """
    known = {module(file) for file in FILES}
    found: dict[str, set[str]] = {name: set() for name in known}
    for file in FILES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.Import):
                found[module(file)] |= {alias.name for alias in node.names} & known
            elif isinstance(node, ast.ImportFrom) and node.module in known:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                found[module(file)] |= (inner & known) | ({node.module} if inner - known else set())
    return {name: needs - {name} for name, needs in found.items()}


def test_nothing_is_imported_in_a_circle() -> None:
    """No modules import each other in a circle."""
    left = {name: needs - {"grader"} for name, needs in importing().items()}  # every import loads the root
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in free}
    assert left == {}


def test_a_folder_says_who_imports_it() -> None:
    """The docstring of each folder ends with a paragraph on the rooms that import it, and it is true."""
    rooms = {file.parts[1] for file in FILES if len(file.parts) == 3}
    needed, said, true = importing(), {}, {}
    for room in rooms:
        docstring = ast.get_docstring(tree(Path("grader", room, "__init__.py"))) or ""
        said[room] = " ".join(docstring.rpartition("\n\n")[2].split())
        users = {
            name.split(".")[1] for name, needs in needed.items() if any(within(n, f"grader.{room}") for n in needs)
        }
        true[room] = f"Imported by: {', '.join(sorted(users - {room})) or 'nothing'}."
    assert said == true


def test_a_package_root_re_exports_and_nothing_else() -> None:
    """A root has a docstring, imports from its own package, and an `__all__` of exactly these names."""

    def surplus(file: Path) -> Iterator[str]:
        if not ast.get_docstring(tree(file)):
            yield "no docstring"
        exported, imported = [], []
        for statement in tree(file).body[1:]:
            match statement:
                case ast.ImportFrom(module="__future__"):
                    pass
                case ast.ImportFrom(module=str(source)) if within(source, module(file)):
                    imported += [alias.asname or alias.name for alias in statement.names]
                case ast.Assign(targets=[ast.Name(id="__all__")]):
                    exported = ast.literal_eval(statement.value)
                case ast.Assign(targets=[ast.Name(id="__version__")]):
                    imported.append("__version__")
                case _:
                    yield ast.unparse(statement)
        if sorted(exported) != sorted(imported):
            yield f"imports {sorted(imported)}, but exports {sorted(exported)}"

    require(surplus, PACKAGES)


def test_judges_neither_pickle_nor_evaluate() -> None:
    """The trusted side never unpickles or evaluates anything: answers are decoded by a schema."""
    picklers = ("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib")
    require(
        lambda file: (
            calls(file, "eval", "exec", "compile") + [name for name in imports(file) if within(name, *picklers)]
        ),
        in_room("suites", "examiner", "forbidden_calls", "forgery"),
    )


def test_a_rule_names_every_offence() -> None:
    """A failure lists all files that violate a rule, with every violation."""
    with pytest.raises(AssertionError, match=r"(?s)wire.py: a\n.*wire.py: b\n.*records.py: a\n.*records.py: b"):
        require(lambda file: ["a", "b"], [Path("grader/wire.py"), Path("grader/records.py")])


LIGHT = {
    "grader --help": "from grader.cli import main; sys.argv = ['grader', '--help']; main()",
    "grader check --help": "from grader.cli import main; sys.argv = ['grader', 'check', '--help']; main()",
    "grader grade --help": "from grader.cli import main; sys.argv = ['grader', 'grade', '--help']; main()",
    "grader.catalog": "import grader.catalog",
    "grader.cluster": "import grader.cluster, grader.cluster.station",
    "grader.submissions": "import grader.submissions",
    "grader.grading.pool": "import grader.grading.pool",
    "grader.grading.pipeline": "import grader.grading.pipeline",
    "grader.sandbox": "import grader.sandbox",
    "grader report": "import grader.pages",
    "grader.candidate_process.confine": "import grader.candidate_process.confine",
}


@pytest.mark.parametrize("what", LIGHT)
def test_what_should_be_quick_imports_no_torch(what: str) -> None:
    """Help, reading submissions and distributing work do not import slow libraries, nor Dask before it is needed."""
    script = "import atexit, sys\natexit.register(lambda: print('heavy:', sorted(heavy & set(sys.modules))))\n"
    script += f"heavy = {{'torch', 'sklearn', 'scipy', 'pandas', 'distributed'}}\n{LIGHT[what]}\n"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_the_kits_tests_mirror_both_sides_of_the_sandbox_and_what_they_share() -> None:
    """Each module of these packages has a test file with its name."""
    shared = [Path(*name.split(".")).with_suffix(".py") for name in SHARED]
    rooms = [f for f in FILES if f.parent.name in ("candidate_process", "sandbox") or f in shared]
    expected = {f.parent / f"test_{f.name}" for f in rooms if not f.name.startswith("__")}
    assert [file for file in sorted(expected) if not (ROOT / "tests" / file).exists()] == []


SENTENCES = Path("grader/sentences")
FIRST_FORM = Path("grader/reports/report_1.py")  # reads texts that were written before feedback was a record


WORDS = ("not your fault", "A common mistake", "expected: ", "stopped: ", "Not run")


def test_nothing_looks_for_words_in_what_people_read() -> None:
    """Feedback is a record: only the catalogs hold the words, and no other module can compare a text with them."""
    others = [file for file in FILES if SENTENCES not in file.parents and file != FIRST_FORM]
    strings = [(file, n.value) for file in others for n in ast.walk(tree(file)) if isinstance(n, ast.Constant)]
    assert [(file, s) for file, s in strings if isinstance(s, str) and any(words in s for words in WORDS)] == []
