"""Grades many submissions: finds, reads, grades and stores them, in a pool of worker processes.

Imported by: cli, cluster, domains, flaky, integrations, mutation, packages, recording, verification.
"""
