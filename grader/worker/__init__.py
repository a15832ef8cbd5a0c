"""The candidate's side of the wall: a warm server, and the sandboxed process that loads and observes a submission.

Its contract, all of it: it is started as `python -m grader.worker` with a control socket, it answers the requests of
`grader.wire` with facts, and it knows nothing else. It never sees a suite, a solution, an expected value or a verdict,
and no other room imports it.
"""
