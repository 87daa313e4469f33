"""Whether all is well: `health` for probes, quickly and without network; `examined` for whoever mends it.

Both work on a broken installation: what cannot be looked at is a line of its own, and the next one is looked
at all the same. They open the database as it is, never upgrade it, and write nothing into the log.
"""

from __future__ import annotations

from tracker.doctor.examination import examined
from tracker.doctor.finding import Found, Grade
from tracker.doctor.health import health

__all__ = ["Found", "Grade", "examined", "health"]
