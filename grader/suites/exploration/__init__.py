"""For authors of suites: domains, which try a task with many programs and compare each with the reference.

`domain.py` has the decorator, `pick.py` what a domain is written with, `programs.py` a program. `choices.py` draws and
shrinks, `agreement.py` compares, `exploring.py` runs.

Imported by: examiner, suites.
"""
