# The Action's image. What builds does not ship: no pip, no compiler, nothing a run does not need.
# A Docker action runs as root and in a directory the runner sets, so there is no USER and no WORKDIR.
ARG BASE=python:3.15-slim

FROM ${BASE} AS build
COPY locks/run.txt locks/build.txt /build/locks/
# Every dependency comes as a wheel, PyYAML with its C parser; one that would have to be compiled ends the build.
RUN python3 -m venv /build/tools \
 && python3 -m venv --without-pip /opt/salesbot \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
      -r /build/locks/build.txt \
 && /build/tools/bin/python -m pip wheel --quiet --disable-pip-version-check --require-hashes --no-deps \
      --only-binary :all: --wheel-dir /build/wheels -r /build/locks/run.txt
# PyGithub names PyNaCl, which it uses for writing secrets only; cffi names pycparser, which it uses for building only. We
# do neither, so they stay behind; imports being lazy, nobody asks for them. Nor do we use icalendar's tests, most of it.
COPY pyproject.toml README.md LICENSE NOTICE /build/
COPY src/salesbot /build/src/salesbot
COPY templates /build/templates
RUN /build/tools/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
      --wheel-dir /build/wheels /build \
 && mkdir /build/unused && mv /build/wheels/pynacl-* /build/wheels/pycparser-* /build/unused/ \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
      --target /build/unused/site /build/unused/*.whl \
 && /build/tools/bin/python -m pip --python /opt/salesbot/bin/python install --quiet --disable-pip-version-check \
      --no-compile --no-index --no-deps /build/wheels/*.whl \
 && rm -r /opt/salesbot/lib/python3*/site-packages/icalendar/tests

FROM ${BASE}
COPY --from=build /opt/salesbot /opt/salesbot
# An image that cannot start, or tell the time in Berlin, is not to be built. Started here once, with every import, it
# leaves what it uses compiled, the standard library included, which the official base does not. Of PyGithub's 170
# modules a lazy client asks for a few: only those stay compiled. The base's own pip goes, and what would install it.
RUN --mount=type=bind,from=build,source=/build/unused/site,target=/build/unused \
    rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/pip* /usr/lib*/python3*/ensurepip \
      /usr/local/lib/python3*/ensurepip \
 && export PYTHONPATH=/build/unused \
 && /opt/salesbot/bin/python -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("UTC")' \
 && /opt/salesbot/bin/salesbot --help >/dev/null \
 && /opt/salesbot/bin/python -c 'from salesbot.adapters import templates as t; t.compile_builtin(t.compiled_home())' \
 && /opt/salesbot/bin/python -m compileall -q /opt/salesbot/lib/python3*/site-packages/salesbot \
 && rm -r /opt/salesbot/lib/python3*/site-packages/github/__pycache__ \
 && PYTHON_LAZY_IMPORTS=all /opt/salesbot/bin/python -c 'from salesbot.adapters.github import Client; Client("-")'
ENV PYTHON_LAZY_IMPORTS=all PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
ENTRYPOINT ["/opt/salesbot/bin/salesbot", "run"]
