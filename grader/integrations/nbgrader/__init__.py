"""Grade nbgrader's courses: read what nbgrader collected, write what its other commands read."""

from grader.integrations.nbgrader.course import (
    KEPT,
    NAME,
    Course,
    CourseError,
    NothingSubmitted,
    course_above,
    read_course,
    require_own,
)

__all__ = [
    "KEPT",
    "NAME",
    "Course",
    "CourseError",
    "NothingSubmitted",
    "course_above",
    "read_course",
    "require_own",
]
