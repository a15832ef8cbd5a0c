"""Build what leaves the instructor's clone: a course for nbgrader, or a bundle for students.

A bundle is built from stubs, public suites and hints alone. It contains nothing of hidden suites, and of solutions only
what the stubs keep.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.catalog.catalog import Catalog
from grader.catalog.errors import CatalogError
from grader.catalog.hints import HINTS, hints_of
from grader.catalog.notebooks import build_notebook
from grader.catalog.stubs import build_stub
from grader.sentences import instructor


def nbgrader_sources(catalog: Catalog, exercises: Sequence[str]) -> dict[str, str]:
    """Return an nbgrader course's sources by path: one assignment for each exercise, with its solutions.

    `nbgrader generate_assignment` turns them into the students' version. Raises `CatalogError` without solutions.
    """
    return {f"source/{id}/{id}.ipynb": build_notebook(_source(catalog, id), nbgrader=True) for id in exercises}


def student_bundle(catalog: Catalog, exercises: Sequence[str], *, version: str) -> dict[str, str]:
    """Return the files of a bundle by path: stubs, notebooks, public suites, hints, a README, and requirements."""
    files: dict[str, str] = {}
    for id in exercises:
        stub = build_stub(_source(catalog, id), exercise=id)
        files[f"exercises/{id}.py"] = stub
        files[f"notebooks/{id}.ipynb"] = build_notebook(stub)
        suite = catalog.root / "tests" / "public" / f"test_{id}.py"
        if not suite.is_file():
            raise CatalogError(instructor.NO_PUBLIC_SUITE(exercise=id, path=str(suite)))
        files[f"tests/public/{suite.name}"] = suite.read_text(encoding="utf-8")
    files[f"exercises/{HINTS}"] = hints_of([catalog.get(id) for id in exercises])
    files["requirements.txt"] = f"torch-exercise-kit=={version}\n"
    first = catalog.get(exercises[0])
    files["README.md"] = _README.format(
        rows="\n".join(f"| `{id}` | {catalog.get(id).title} | {catalog.get(id).points:g} |" for id in exercises),
        id=first.id,
        number=first.id[:2],
        task=first.tasks[0].name,
    )
    return dict(sorted(files.items()))


def _source(catalog: Catalog, id: str) -> str:
    path = catalog.solution(id)
    if not path.is_file():
        raise CatalogError(instructor.NO_SOLUTION(exercise=id, path=str(path)))
    return path.read_text(encoding="utf-8-sig")


_README = """\
# PyTorch exercises

Each exercise teaches one topic and asks for a few functions, as a script in `exercises/` or as a notebook in
`notebooks/`: use whichever you like. Complete what is marked `TODO`, and ask for feedback as often as you want.

You need Python 3.10 or newer. Set up once, in this folder:

```console
$ python -m pip install -r requirements.txt
```

Notebooks need Jupyter in the same environment: `python -m pip install jupyterlab`.

## With scripts

```console
$ grader check {number}.{task}
$ grader hint {number}.{task}
$ grader status
```

## With notebooks

Open `notebooks/{id}.ipynb` in JupyterLab, Notebook, VS Code or Colab, and run the cells from
the top. Below each task stands a cell that checks it:

```python
check("{task}")  # what is right, what is not, and what to try next
hint("{task}", 1)  # 1 a nudge, 2 the idea, 3 nearly the line
status()  # the map of the course
```

## Exercises

| | | points |
| --- | --- | --- |
{rows}

Hand in the scripts, or the notebooks, under the names that they have. Your instructor grades them with more checks than
these: what the text of a task promises counts, and not only what its examples show.
"""
