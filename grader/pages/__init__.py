"""Writes the pages that show a class and each of its students in a browser, from the reports that are stored.

Imported by: cli.
"""

from grader.pages.site import write_sites

__all__ = ["write_sites"]
