"""Where the files that belong to the package are: migrations, seeds, the default config.

In a checkout and in an editable install they lie beside the package; in a wheel inside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """The path of a resource such as `seeds/korea-2018.toml`; FileNotFoundError where it is missing."""
    for root in (_PACKAGE / "_resources", _PACKAGE.parent):
        path = root / name
        if path.exists():
            return path
    raise FileNotFoundError(f"the installation is incomplete: {name} is missing beside {_PACKAGE}")
