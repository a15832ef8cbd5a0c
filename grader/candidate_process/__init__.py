"""The candidate's side of the wall: a warm server, and the sandboxed process that loads and observes a submission.

Its whole contract: it is started as `python -m grader.candidate_process` with a control socket, and it answers the
requests of `grader.wire` with facts. It never sees a suite, a solution, an expected value or a verdict.

Imported by: nothing.
"""
