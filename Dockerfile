# One image for every process of production: pages, sockets, worker, beat and the migration step.
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS packages
WORKDIR /build
COPY bin/_uv.lock pyproject.toml requirements.lock ./
# The lock holds the tools of development too: as a constraint it gives versions and hashes (which are checked) to
# those packages alone that production declares.
RUN python -m venv /venv \
    && pip install --no-cache-dir --require-hashes -r _uv.lock \
    && VIRTUAL_ENV=/venv uv pip install --no-cache --compile-bytecode -r pyproject.toml -c requirements.lock

FROM python:${PYTHON}-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=openflex.settings
RUN useradd --uid 1000 --create-home openflex \
    && install -d -o openflex /app/media /app/exports
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Hashed and compressed static files belong to the image. The settings want a whole environment; none of it is kept.
RUN DEBUG=false SECRET_KEY=only-for-this-step-0123456789-0123456789-0123456789-0123456789 \
    ALLOWED_HOSTS=localhost PUBLIC_URL=https://localhost/ EMAIL_URL=smtp://localhost \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    python manage.py collectstatic --noinput
USER openflex
EXPOSE 8000
