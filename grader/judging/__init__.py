"""The suite author's vocabulary, and the examiner that runs suites and turns checks into verdicts."""

from grader.judging.candidate import Candidate
from grader.judging.comparisons import CURVE_RTOL
from grader.judging.seen import Seen
from grader.judging.subject import Subject
from grader.judging.suite import Draw, Probe, check, code, probe, public_suite, shared

__all__ = [
    "CURVE_RTOL",
    "Candidate",
    "Draw",
    "Probe",
    "Seen",
    "Subject",
    "check",
    "code",
    "probe",
    "public_suite",
    "shared",
]
