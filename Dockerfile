# syntax=docker/dockerfile:1
FROM node:24-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS build
ENV UV_LINK_MODE=copy UV_PYTHON_PREFERENCE=only-system
WORKDIR /app
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && uv venv .venv \
 && uv pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements/runtime.txt
COPY . .
COPY --from=frontend /app/node_modules node_modules
ENV OMS_ENV=production STATIC_ROOT=/app/collected
# Style sheets no page uses, which refer to pictures that are not collected, stay out.
RUN .venv/bin/python -c "from dev import messages; messages.compile_stale()" \
 && SECRET_KEY=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 --ignore "tabler-[fps]*"

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 oms \
 && install -d -o oms -g oms /data/media /run/oms/metrics
WORKDIR /app
COPY --from=build /app /app
ENV OMS_ENV=production \
    PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/collected \
    MEDIA_ROOT=/data/media \
    PROMETHEUS_MULTIPROC_DIR=/run/oms/metrics
USER oms
VOLUME /data/media
EXPOSE 8000
CMD ["gunicorn", "-c", "oms/gunicorn.py", "oms.wsgi"]
