# The Action's image. What builds does not ship: no pip, no compiler, nothing a run does not need.
# A Docker action runs as root and in a directory the runner sets, so there is no USER and no WORKDIR.
ARG BASE=python:3.15-slim

FROM ${BASE} AS build
COPY locks/run.txt locks/build.txt /build/locks/
# PyYAML has no wheel for 3.15 yet. Built here without a compiler it is pure Python, which reads a configuration in
# milliseconds; every other dependency comes as a wheel.
RUN python3 -m venv /build/tools \
 && python3 -m venv --without-pip /opt/salesbot \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
      -r /build/locks/build.txt \
 && /build/tools/bin/python -m pip wheel --quiet --disable-pip-version-check --require-hashes --no-deps \
      --no-build-isolation --wheel-dir /build/wheels -r /build/locks/run.txt
COPY pyproject.toml README.md /build/
COPY src /build/src
COPY templates /build/templates
COPY .github/workflows/check.yml .github/workflows/sales.yml /build/.github/workflows/
RUN /build/tools/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
      --wheel-dir /build/wheels /build \
 && /build/tools/bin/python -m pip --python /opt/salesbot/bin/python install --quiet --disable-pip-version-check \
      --no-index --no-deps /build/wheels/*.whl \
 && cd /opt/salesbot/lib/python3*/site-packages/salesbot && rm -r sandbox demo

FROM ${BASE}
COPY --from=build /opt/salesbot /opt/salesbot
# An image that cannot start, or tell the time in Berlin, is not to be built. Started here once, with every import, it
# also leaves the modules of the standard library compiled, which the official base does not.
RUN /opt/salesbot/bin/python -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("UTC")' \
 && /opt/salesbot/bin/salesbot --help >/dev/null
ENV PYTHON_LAZY_IMPORTS=all PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
ENTRYPOINT ["/opt/salesbot/bin/salesbot", "run"]
