"""Every sentence of the kit's own that a person reads, in one catalog for each audience.

Imported by: catalog, cli, cluster, collecting, datasets, domains, errors, examiner, exports, flaky, gradebook,
grading, installation, integrations, locking, mutation, notebook, packages, pages, recording, records, reports, roster,
sandbox, similarity, submissions, suites, tables, verification.
"""

from grader.sentences.template import N_, Sentence, Template, Translate, joined, verbatim

__all__ = ["N_", "Sentence", "Template", "Translate", "joined", "verbatim"]
