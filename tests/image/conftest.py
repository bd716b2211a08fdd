"""The tests of the image need one: SALESBOT_IMAGE names it (`make image-test` does). Else they are not collected."""

from __future__ import annotations

import os

collect_ignore = [] if "SALESBOT_IMAGE" in os.environ else ["test_image.py", "test_start.py"]
