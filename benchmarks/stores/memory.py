"""How much memory this process has needed at its most."""

from __future__ import annotations

import sys
from pathlib import Path


def peak() -> float:
    """MB. Of this process alone: `ru_maxrss` on Linux begins with what the parent had."""
    if sys.platform == "win32":
        return 0.0
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024
