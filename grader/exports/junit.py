"""The checks as JUnit XML, which systems for continuous integration read.

There is no standard: this is the part that GitLab, Jenkins and the common actions of GitHub agree on. Points have no
place in it, so they stand in properties, which readers may ignore.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from grader.gradebook import Gradebook
from grader.gradebook.points import points_text
from grader.records import CheckReport, Report
from grader.sentences.languages import render

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
_KINDS: Final = {"failed": "failure", "skipped": "skipped", "not_attempted": "skipped"}  # others are errors


def junit_of(book: Gradebook, reports: Mapping[str, Report]) -> bytes:
    """Return one suite for each person, and in it one case for each check that was run.

    An exercise that could not be read is one case with an error; one that was not handed in has none.
    """
    root = ElementTree.Element("testsuites")
    for row in book.rows:
        suite = ElementTree.SubElement(root, "testsuite", name=_clean(row.student))
        properties = ElementTree.SubElement(suite, "properties")
        points = {"points": row.points, "max_points": row.max_points}
        points |= {e.exercise: e.points for e in row.entries if e.points is not None}
        for name, value in points.items():
            ElementTree.SubElement(properties, "property", name=name, value=points_text(value))
        found = [reports[name] for name in (row.student, *row.earlier_names) if name in reports]
        seen: set[str] = set()
        for exercise in (exercise for report in found for exercise in report.exercises):
            if exercise.id in seen or exercise.status == "not_submitted":
                continue
            seen.add(exercise.id)
            where = f"{_clean(row.student)}.{exercise.id}"
            if exercise.message is not None and not any(task.checks for task in exercise.tasks):
                case = ElementTree.SubElement(suite, "testcase", classname=where, name=exercise.id, time="0")
                message = _clean(render(exercise.message))
                kind = "skipped" if exercise.status == "not_attempted" else "error"
                ElementTree.SubElement(case, kind, message=message, type=exercise.status)
            for task in exercise.tasks:
                for check in task.checks:
                    _add_case(suite, f"{where}.{task.name}", check)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))
        suite.set("tests", str(len(suite.findall("testcase"))))
        suite.set("time", "0")
    text: str = ElementTree.tostring(root, encoding="unicode")
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}\n".encode()


def _add_case(suite: ElementTree.Element, classname: str, check: CheckReport) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=classname, name=check.id, time="0")
    if check.status == "passed":
        return
    message = _clean(render(check.feedback.title)) or check.id
    found = ElementTree.SubElement(case, _KINDS.get(check.status, "error"), message=message)
    if found.tag != "skipped":
        found.set("type", check.status)
        found.text = _clean("\n".join(render(line.text) for line in check.feedback.lines()))


def _clean(text: str) -> str:
    """Return the text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", text)
