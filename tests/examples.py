"""How many examples a property is tried on: some in `make test`, many times as many in `make torture`."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import settings

VARIABLE = "TRACKER_TEST_EXAMPLES"


def examples(few: int, **others: Any) -> settings:
    """So many; where the variable names a factor, so many times as many."""
    return settings(max_examples=few * int(os.environ.get(VARIABLE) or 1), **others)
