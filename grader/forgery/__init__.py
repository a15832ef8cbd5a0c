"""Code and answers that solve nothing, with which `grader verify` shows that they earn nothing.

Imported by: examiner, verification.
"""
