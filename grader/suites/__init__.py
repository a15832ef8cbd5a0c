"""For authors of suites: how a check calls a submission, and what it may ask of the answer.

Imported by: examiner, forgery, grading.
"""

from grader.suites.candidate import Candidate
from grader.suites.comparisons import CURVE_RTOL
from grader.suites.exploration.domain import domain
from grader.suites.exploration.pick import Pick
from grader.suites.observed import Observed
from grader.suites.suite import Draw, Probe, check, code, probe, public_suite, shared
from grader.suites.value import Value

__all__ = [
    "CURVE_RTOL",
    "Candidate",
    "Draw",
    "Observed",
    "Pick",
    "Probe",
    "Value",
    "check",
    "code",
    "domain",
    "probe",
    "public_suite",
    "shared",
]
