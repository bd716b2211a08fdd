# The Action's image: Python with what a run needs of it, and nothing else. No shell, no package manager, no compiler.
# A Docker action runs as root and in a directory the runner sets, so there is no USER and no WORKDIR.
ARG BASE=python:3.15-slim

FROM ${BASE} AS build
COPY locks/run.txt locks/build.txt /build/locks/
# Every dependency comes as a wheel, PyYAML with its C parser; one that would have to be compiled ends the build.
RUN python3 -m venv /build/tools \
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
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-compile \
      --target /build/unused/site /build/unused/*.whl \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-compile \
      --target /image/opt/salesbot/lib /build/wheels/*.whl \
 && rm -r /image/opt/salesbot/lib/bin /image/opt/salesbot/lib/icalendar/tests && ln -s /image/opt/salesbot /opt/salesbot
# What each start would do again is done here: packing, compiling, writing out (.ci/start). An image that cannot start, or
# tell the time in Berlin, is not to be built.
COPY .ci/start /build/start
RUN export PYTHONPATH=/opt/salesbot/lib:/build/unused/site PYTHONDONTWRITEBYTECODE=1 \
 && python3 -c 'from salesbot.adapters import templates as t; t.compile_builtin(t.compiled_home())' \
 && python3 /build/start/rootfs.py /image /opt/salesbot/lib > /build/libraries \
 && python3 /build/start/sbom.py /opt/salesbot/lib < /build/libraries > /image/opt/salesbot/sbom.cdx.json \
 && stdlib=$(python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') \
 && cp /build/start/full_dataclass.py /image/opt/salesbot/lib/ \
 && install -D -m 755 /build/start/salesbot /image/opt/salesbot/bin/salesbot \
 && install -D -m 644 /build/start/start.py /image/opt/salesbot/start/start.py \
 && python3 -m compileall -q --invalidation-mode unchecked-hash -s /image /image/opt/salesbot/start \
 && python3 -W ignore -X no_debug_ranges -X lazy_imports=all /build/start/pack.py /image/opt/salesbot/start/salesbot.pack \
      /image /opt/salesbot/lib "$stdlib" \
 && chroot /image /opt/salesbot/bin/salesbot --help > /dev/null \
 && chroot /image /opt/salesbot/bin/python -c 'import zoneinfo; zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("UTC")'

FROM scratch
COPY --from=build /image /
ENTRYPOINT ["/opt/salesbot/bin/salesbot", "run"]
