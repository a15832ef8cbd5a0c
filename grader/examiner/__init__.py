"""Examines submissions: runs the suites for one after another, and turns the end of each check into a verdict.

Imported by: grading.
"""
