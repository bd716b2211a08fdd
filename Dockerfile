# The Action's image. What builds does not ship: no pip, no compiler, nothing a run does not need.
# Docker actions run as root and set the working directory themselves, so there is no USER and no WORKDIR.
ARG BASE=python:3.15-slim

FROM ${BASE} AS build
COPY locks/run.txt locks/build.txt /build/locks/
RUN python3 -m venv /build/tools \
 && python3 -m venv --without-pip /opt/salesbot \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r /build/locks/build.txt \
 && /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --target /build/wheels --require-hashes --no-deps \
      --no-build-isolation -r /build/locks/run.txt \
 && cp -r /build/wheels/. "$(/opt/salesbot/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
COPY pyproject.toml README.md /build/
COPY src /build/src
COPY templates /build/templates
RUN /build/tools/bin/python -m pip install --quiet --disable-pip-version-check --target /build/own --no-deps --no-build-isolation /build \
 && cp -r /build/own/. "$(/opt/salesbot/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
 && printf '#!/opt/salesbot/bin/python\nimport sys\n\nfrom salesbot.cli import main\n\nsys.exit(main())\n' > /opt/salesbot/bin/salesbot \
 && chmod +x /opt/salesbot/bin/salesbot \
 && /opt/salesbot/bin/python -m compileall -q /opt/salesbot

FROM ${BASE}
ENV PYTHON_LAZY_IMPORTS=all PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/salesbot /opt/salesbot
ENTRYPOINT ["/opt/salesbot/bin/salesbot", "run"]
