"""Grade nbgrader's courses: read what nbgrader collected, write what its other commands read."""

from grader.integrations.nbgrader.course import NAME, Course, CourseError, NothingSubmitted, find_course

__all__ = ["NAME", "Course", "CourseError", "NothingSubmitted", "find_course"]
