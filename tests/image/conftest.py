"""The image test needs an image: SALESBOT_IMAGE names it (`make image-test` does). Without one it is not collected."""

from __future__ import annotations

import os

collect_ignore = [] if "SALESBOT_IMAGE" in os.environ else ["test_image.py"]
