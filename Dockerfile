# Sealroom for production: `docker compose up` runs it beside a database and a proxy, see
# docs/operations.md. The image contains no key and needs none to be built.

FROM python:3.12-slim-bookworm AS requirements
COPY requirements.txt /
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --disable-pip-version-check --no-cache-dir \
        --only-binary :all: --require-hashes --requirement /requirements.txt

FROM python:3.12-slim-bookworm
LABEL org.opencontainers.image.title="Sealroom" \
      org.opencontainers.image.description="A self-hosted dashboard for the write-only secrets of Roblox games." \
      org.opencontainers.image.licenses="MIT"

# The number is fixed so that key files outside can belong to this user. Everything except its data
# belongs to root, so that Sealroom cannot overwrite itself.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin sealroom \
    && install --directory --owner 10001 --group 10001 --mode 0700 /data

COPY --from=requirements /opt/venv /opt/venv
COPY . /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    DATA_DIR=/data \
    LOG_FORMAT=json \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
RUN python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q . \
    && chmod -R a+rX /app

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "dashboard.probe", "8000"]
ENTRYPOINT ["python", "manage.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
