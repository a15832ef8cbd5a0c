"""Every sentence of the kit's own that a person reads, in one catalog for each audience.

Imported by: catalog, cli, datasets, errors, grading, integrations, mutation, notebook, reports, sandbox, submissions,
verification.
"""

from grader.sentences.template import N_, Sentence, Template, Translate, verbatim

__all__ = ["N_", "Sentence", "Template", "Translate", "verbatim"]
