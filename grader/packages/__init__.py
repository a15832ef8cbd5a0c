"""Makes packages for grading platforms, and runs in them: it grades one submission, and writes the platform's result.

Imported by: cli.
"""
