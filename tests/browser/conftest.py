"""These tests look through a browser. Without the path of one (`make browser` finds it), they are not collected."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("CHROMIUM") else ["test_report.py", "test_sandbox.py"]
