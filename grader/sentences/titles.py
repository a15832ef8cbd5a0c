"""The title of a check: what students read above its feedback."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z`\"'])")


def title_of(docstring: str) -> str:
    """Return a docstring's first sentence in one line, without its full stop; "" if there is none.

    >>> title_of("The values are 1.5 and 2.\\n    They are floats.")
    'The values are 1.5 and 2'
    """
    paragraph = " ".join(docstring.strip().partition("\n\n")[0].split())
    return _END.split(paragraph)[0].removesuffix(".")
