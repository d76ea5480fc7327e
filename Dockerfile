# One image for curhat migrate, serve and listen. docs/deployment.md says how to run it.
#   docker build --tag curhat .
# It runs as an unprivileged user on a read-only root file system. Processes, also of several containers, collect their
# metrics in CURHAT_HOME/metrics.

FROM python:3.11-slim-bookworm AS python
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
WORKDIR /srv/curhat
RUN python -m venv --without-pip /opt/curhat
COPY requirements.txt ./
RUN pip --python /opt/curhat/bin/python install --require-hashes --only-binary=:all: --requirement requirements.txt
COPY pyproject.toml ./
COPY app app
COPY listeners listeners
COPY migrations migrations
COPY sql sql
# Editable, as on a developer's machine: curhat migrate finds migrations/ and sql/ beside app/.
RUN pip --python /opt/curhat/bin/python install --no-deps --no-build-isolation --editable . \
    && /opt/curhat/bin/python -m compileall -q --invalidation-mode unchecked-hash app listeners \
    && chmod -R a+rX /srv/curhat /opt/curhat

# The web apps' types are generated from the service's own OpenAPI documents.
FROM python AS openapi
RUN mkdir -p build/openapi \
    && /opt/curhat/bin/curhat openapi public > build/openapi/public.json \
    && /opt/curhat/bin/curhat openapi internal > build/openapi/internal.json

FROM node:24-bookworm-slim AS web
WORKDIR /srv/curhat/web
COPY web/package.json web/package-lock.json ./
COPY web/kit/package.json kit/
COPY web/client/package.json client/
COPY web/mitra/package.json mitra/
COPY web/control-center/package.json control-center/
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web ./
COPY --from=openapi /srv/curhat/build/openapi ../build/openapi
RUN npm run build \
    && chmod -R a+rX ../build/web

FROM python:3.11-slim-bookworm
# tini forwards signals, so that one-shot commands stop as well.
# hadolint ignore=DL3008 # Debian keeps one version, with security fixes
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 curhat \
    && useradd --uid 10001 --gid curhat --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
        --no-log-init curhat \
    && install --directory --owner=curhat --group=curhat --mode=0750 /var/lib/curhat /var/lib/curhat/metrics
COPY --from=python /opt/curhat /opt/curhat
COPY --from=python /srv/curhat /srv/curhat
COPY --from=web /srv/curhat/build/web /srv/curhat/build/web
ENV PATH=/opt/curhat/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    CURHAT_ENV=production \
    CURHAT_HOME=/var/lib/curhat \
    CURHAT_HOST=0.0.0.0 \
    CURHAT_INTERNAL_HOST=0.0.0.0
WORKDIR /srv/curhat
USER 10001:10001
EXPOSE 3000 3001
STOPSIGNAL SIGTERM
# Checks the default command. For another command, name its parts: curhat healthy listen.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["curhat", "healthy", "public", "internal"]
ENTRYPOINT ["tini", "--", "curhat"]
CMD ["serve"]
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Curhat" \
      org.opencontainers.image.description="A paid, on-demand curhat service: API, listeners and migrations" \
      org.opencontainers.image.revision="$REVISION"
