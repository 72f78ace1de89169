"""Where the store of a user stands, if they do not say."""

from __future__ import annotations

import os
from pathlib import Path


def default_root() -> Path:
    """The folder named by PAYERATLAS_STORE, else the platform's folder for user data."""
    if named := os.environ.get("PAYERATLAS_STORE"):
        return Path(named)
    from platformdirs import user_data_path  # late: most runs name no other folder

    return user_data_path("payeratlas", appauthor=False)
