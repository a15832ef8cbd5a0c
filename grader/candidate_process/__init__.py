"""The candidate's side of the wall: a warm server, and the sandboxed process that loads and observes a submission.

The contract: the server is started as `python -m grader.candidate_process` with a control socket, and its candidates
answer the requests of `grader.wire` with facts. They never see a suite, a solution, an expected value or a verdict.

Imported by: nothing.
"""
