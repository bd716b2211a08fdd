"""These tests compare with what others publish. Without the path of the published file, a test is not collected."""

from __future__ import annotations

import os

NEEDS = {
    "test_documents.py": "GITHUB_SCHEMA",
    "test_examples.py": "WEBHOOK_EXAMPLES",
    "test_payloads.py": "WEBHOOK_SCHEMA",
    "test_rest_answers.py": "GITHUB_OPENAPI",
    "test_sandbox_schema.py": "GITHUB_SCHEMA",
}

collect_ignore = [file for file, variable in NEEDS.items() if variable not in os.environ]
