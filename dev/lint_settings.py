"""`oms.settings` for tools that read the code and never connect to anything."""

import os

for _name, _value in {
    "OMS_ENV": "development",
    "SECRET_KEY": "not-secret-only-for-reading-the-code",
    "DATABASE_URL": "postgres://127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1/0",
}.items():
    os.environ.setdefault(_name, _value)

from oms.settings import *  # noqa: E402, F403
