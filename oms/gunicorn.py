"""gunicorn for the web process: `gunicorn -c oms/gunicorn.py oms.wsgi`.

Every value a deployment may want to choose is an environment variable.
"""

import gc
import os
import tempfile
from pathlib import Path
from typing import Any

from django.urls import get_resolver

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"  # noqa: S104
worker_class = "gthread"
# One more than two cores can run: a kept connection stays with the worker that took it, and while
# one worker has most of them, another has time.
workers = int(os.environ.get("WEB_CONCURRENCY", "3"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# Each worker opens its own connections after the fork.
preload_app = False
timeout = int(os.environ.get("WEB_TIMEOUT", "60"))
graceful_timeout = int(os.environ.get("WEB_GRACEFUL_TIMEOUT", "30"))
# Longer than a load balancer keeps an idle connection, so that it is the one to close.
keepalive = int(os.environ.get("WEB_KEEPALIVE", "75"))
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "10000"))
max_requests_jitter = max_requests // 10
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1,::1")
# The socket would lie in the home of an account that may have none.
control_socket_disable = True
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
errorlog = "-"
accesslog = None  # every request is logged, with its id, by the application
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")

# The workers share their counters through files in this folder.
_metrics = Path(
    os.environ.setdefault(
        "PROMETHEUS_MULTIPROC_DIR", str(Path(tempfile.gettempdir()) / f"oms-metrics-{os.getuid()}")
    )
)


def on_starting(_server: Any) -> None:
    """Forget the counters of the last run, whose workers are gone."""
    _metrics.mkdir(parents=True, exist_ok=True)
    for left_over in _metrics.glob("*.db"):
        left_over.unlink()


def post_worker_init(_worker: Any) -> None:
    """Load every page now, leave it out of every later collection, and collect less often.

    A request makes thousands of objects that die by themselves: looking for cycles among them so
    often took a tenth of its time.
    """
    _pages = get_resolver().url_patterns
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def child_exit(_server: Any, worker: Any) -> None:
    """Take a finished worker's gauges out of the sums."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
