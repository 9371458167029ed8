"""Settings, all of them from the environment; `manage.py` and `make` provide development's."""

import logging
import sys
from pathlib import Path
from typing import Any

import environ
import structlog
from celery.schedules import crontab, schedule
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from oms.core.logs import redact

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- where we run -----------------------------------------------------------------------------
DEVELOPMENT = env.str("OMS_ENV", default="production") == "development"
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Pickup codes are derived, never stored: a new SECRET_KEY must not void those customers hold.
PICKUP_CODE_KEY = env.str("PICKUP_CODE_KEY", default=SECRET_KEY)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=["localhost", "127.0.0.1", "[::1]", "testserver"] if DEVELOPMENT else [],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000")
RETAILER_NAME = env.str("RETAILER_NAME", default="OMS")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
PROMETHEUS_MULTIPROC = bool(env.str("PROMETHEUS_MULTIPROC_DIR", default=""))
RETAILER_COUNTRY = env.str("RETAILER_COUNTRY", default="IT")
# What SKUs cost is kept in this currency.
RETAILER_CURRENCY = env.str("RETAILER_CURRENCY", default="EUR")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "oms.core.apps.StaticFiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "pgtrigger",
    "rest_framework",
    "treebeard",
    "oms.core.apps.CoreConfig",
    "oms.notifications",
    "catalog",
    "inventory",
    "oms.carriers",
    "oms.payments",
    "oms.sourcing",
    "oms.orders",
    "oms.returns",
    "stores",
    "b2b",
    "oms.office",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oms.core.middleware.metrics",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "oms.core.middleware.no_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "oms.core.middleware.preferences",
    "oms.core.middleware.domain_errors",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "oms.urls"
WSGI_APPLICATION = "oms.wsgi.application"
ASGI_APPLICATION = "oms.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "oms.core.context.site",
            ],
            "builtins": ["oms.core.templatetags.ui"],
        },
    },
]
FORM_RENDERER = "oms.core.forms.FormRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database ---------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", engine="oms.core.postgresql")}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=60),
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        # A wait for a lock ends as "busy, retry"; nothing may hang for ever.
        "options": " ".join(
            [
                "-c lock_timeout=3s",
                f"-c statement_timeout={env.str('STATEMENT_TIMEOUT', default='60s')}",
                "-c idle_in_transaction_session_timeout=60s",
                "-c synchronous_commit=on",
                "-c timezone=UTC",
                "-c jit=off",
                # Of what is prepared (oms.core.sql); the guess would plan the dearest every time.
                "-c plan_cache_mode=force_generic_plan",
            ]
        ),
        "server_side_binding": False,
        "prepare_threshold": 5,
    },
)

# Test runs side by side on one server take a database each.
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE", default="test_oms")}

# --- cache, sessions --------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.str("CACHE_URL", default=REDIS_URL),
        "KEY_PREFIX": env.str("CACHE_PREFIX", default="oms"),
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False

# --- Celery -----------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 14 * 60
# Twice the longest task: an earlier redelivery would run a live task a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    # A wake-up is a hint: without these, kombu holds the request for nine seconds when the broker
    # is down. (Workers and beat reconnect by their own rules.)
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "global_keyprefix": env.str("BROKER_PREFIX", default=""),
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=10.0)
CELERY_BEAT_SCHEDULE = {
    "beat-tick": {
        "task": "oms.core.tasks.beat_tick",
        "schedule": schedule(min(3.0, SWEEP_SECONDS)),
    },
    "event-sweep": {"task": "oms.core.tasks.event_deliver", "schedule": schedule(SWEEP_SECONDS)},
    "job-sweep": {"task": "oms.core.tasks.job_sweep", "schedule": schedule(SWEEP_SECONDS * 3)},
    "idempotency-prune": {
        "task": "oms.core.tasks.idempotency_prune",
        "schedule": schedule(3600.0),
    },
    "hold-sweep": {"task": "inventory.tasks.hold_sweep", "schedule": schedule(SWEEP_SECONDS)},
    "disposition-expiry": {
        "task": "inventory.tasks.disposition_expire",
        "schedule": schedule(SWEEP_SECONDS * 6),
    },
    "basket-hold-prune": {
        "task": "oms.orders.tasks.basket_hold_prune",
        "schedule": schedule(3600.0),
    },
    "back-order-sweep": {
        "task": "oms.orders.tasks.back_order_serve",
        "schedule": schedule(SWEEP_SECONDS),
    },
    "back-order-redating": {
        "task": "oms.orders.tasks.back_order_redate",
        "schedule": schedule(3600.0),
    },
    "stock-audit": {
        "task": "inventory.tasks.stock_audit_nightly",
        "schedule": crontab(hour="2", minute="30"),
    },
    "ledger-partitions": {
        "task": "inventory.tasks.ledger_partitions",
        "schedule": schedule(86400.0),
    },
    "change-prune": {"task": "inventory.tasks.change_prune", "schedule": schedule(86400.0)},
    "stock-batch-prune": {
        "task": "inventory.tasks.stock_batch_prune",
        "schedule": schedule(3600.0),
    },
    "message-sweep": {
        "task": "oms.notifications.tasks.message_deliver",
        "schedule": schedule(SWEEP_SECONDS),
    },
    "pickup-expiry": {"task": "stores.tasks.pickup_expire", "schedule": schedule(SWEEP_SECONDS)},
    "pickup-reminder": {
        "task": "stores.tasks.pickup_remind",
        "schedule": schedule(SWEEP_SECONDS * 6),
    },
}

# A folder with one folder per location, whose files are stock batches; empty: none is watched.
STOCK_FOLDER = env.str("STOCK_FOLDER", default="")
if STOCK_FOLDER:
    CELERY_BEAT_SCHEDULE["stock-folder"] = {
        "task": "inventory.tasks.stock_folder",
        "schedule": schedule(SWEEP_SECONDS),
    }

# --- plug-ins: small documented protocols, chosen here by dotted path -------------------------
# What an event sets off; its handlers run in the transaction that marks it delivered.
DROP_SHIPS_KEEP = "oms.orders.services.drop_shipping.drop_ships_keep"
EVENT_HANDLERS: dict[str, list[str]] = {
    "order.placed": [
        "oms.orders.notices.order_placed",
        "stores.notices.order_placed",
        DROP_SHIPS_KEEP,
    ],
    "order.cancelled": ["oms.orders.notices.order_cancelled", DROP_SHIPS_KEEP],
    "order.back_ordered": ["oms.orders.notices.order_back_ordered", DROP_SHIPS_KEEP],
    "order.back_order_later": ["oms.orders.notices.order_back_order_later"],
    "order.back_order_served": [DROP_SHIPS_KEEP],
    "order.substituted": ["oms.orders.notices.order_substituted", DROP_SHIPS_KEEP],
    "fulfilment.cancelled": [DROP_SHIPS_KEEP],
    "fulfilment.resourced": ["oms.orders.notices.fulfilment_resourced", DROP_SHIPS_KEEP],
    "supply.changed": ["oms.orders.services.redating.supply_changed"],
    "stock.short": ["oms.orders.services.shortages.stock_short"],
    "fulfilment.shipped": ["oms.orders.notices.fulfilment_shipped", DROP_SHIPS_KEEP],
    "return.received": ["oms.returns.notices.return_received"],
    "pickup.ready": ["stores.notices.pickup_ready"],
    "pickup.unready": ["stores.notices.pickup_unready"],
    "pickup.reminder": ["stores.notices.pickup_reminder"],
    "pickup.expired": ["stores.notices.pickup_expired"],
    "pickup.declined": ["stores.notices.pickup_declined"],
    "pickup.found": ["stores.notices.pickup_found"],
    "pickup.collected": ["stores.notices.pickup_collected"],
    "purchase_order.ordered": ["inventory.notices.purchase_ordered"],
    "purchase_order.cancelled": ["inventory.notices.purchase_cancelled"],
}
# What the audiences of price lists and discount rules are called (`catalog.directory`).
AUDIENCE_DIRECTORIES: dict[str, str] = {
    "person": "b2b.audiences.person_names",
    "company": "b2b.audiences.company_names",
    "group": "b2b.audiences.group_names",
    "store": "inventory.audiences.store_names",
    "channel": "oms.orders.audiences.channel_names",
}
JOB_RUNNERS: dict[str, str] = {
    "catalog.import": "catalog.imports.catalog_import",
    "catalog.price_import": "catalog.imports.price_import",
    "inventory.stock_audit": "inventory.services.audit.audit_run",
    "inventory.location_import": "inventory.location_imports.location_import",
    "inventory.stock_batch": "inventory.services.batch_work.batch_run",
    "inventory.stock_import": "inventory.imports.stock_import",
    "inventory.supplier_import": "inventory.supplier_imports.supplier_import",
}
FULFILMENT_METHODS: dict[str, str] = {
    "ship": "oms.orders.methods.Ship",
    "collect": "stores.methods.CollectFromStock",
    "reserve": "stores.methods.ReserveAndPay",
}
# What a customer is promised: packed, or ready in the store, after so much opening time.
SHIP_PACKING_MINUTES = env.int("SHIP_PACKING_MINUTES", default=240)
PICKUP_PICK_MINUTES = env.int("PICKUP_PICK_MINUTES", default=60)
# Deadlines of pickups (`stores.deadlines`); days are opening days of the store.
PICKUP_COLLECT_DAYS = env.int("PICKUP_COLLECT_DAYS", default=5)
PICKUP_GRACE_DAYS = env.int("PICKUP_GRACE_DAYS", default=1)
PICKUP_EXTENSION_DAYS = env.int("PICKUP_EXTENSION_DAYS", default=3)
PICKUP_REMIND_HOURS = env.int("PICKUP_REMIND_HOURS", default=26)
PICKUP_UNDO_MINUTES = env.int("PICKUP_UNDO_MINUTES", default=15)
PICKUP_AT_COUNTER_MINUTES = env.int("PICKUP_AT_COUNTER_MINUTES", default=60)
# Counts. Classes by what moved out over so many days; each is due again after so many.
COUNT_ABC_DAYS = env.int("COUNT_ABC_DAYS", default=90)
COUNT_DUE_DAYS = {
    "A": env.int("COUNT_DUE_DAYS_A", default=30),
    "B": env.int("COUNT_DUE_DAYS_B", default=90),
    "C": env.int("COUNT_DUE_DAYS_C", default=180),
}
# A line that is off by more than both is counted again.
COUNT_TOLERANCE_UNITS = env.int("COUNT_TOLERANCE_UNITS", default=1)
COUNT_TOLERANCE_PERCENT = env.int("COUNT_TOLERANCE_PERCENT", default=2)
# What a count may be off in all, up and down together, without somebody's approval: value at cost,
# and units of SKUs whose cost nobody knows.
COUNT_LIMIT_VALUE = env.int("COUNT_LIMIT_VALUE", default=100)
COUNT_LIMIT_UNITS = env.int("COUNT_LIMIT_UNITS", default=10)
# Goods set aside go back on sale by themselves after so many days; 0: when somebody says so.
DISPOSITION_DAYS = {
    "damaged": env.int("DISPOSITION_DAYS_DAMAGED", default=30),
    "missing": env.int("DISPOSITION_DAYS_MISSING", default=7),
    "display": env.int("DISPOSITION_DAYS_DISPLAY", default=90),
}
# Units that whoever handles stock may adjust at once at the counter; more takes "adjust stock".
COUNTER_ADJUST_UNITS = env.int("COUNTER_ADJUST_UNITS", default=5)
PAYMENT_PROVIDERS: dict[str, str] = {
    "external": "oms.payments.providers.External",
    "in_store": "oms.payments.providers.InStore",
    "on_account": "oms.payments.providers.OnAccount",
}
CARRIERS: dict[str, str] = {"own": "oms.carriers.own.OwnFleet"}
MESSAGE_SENDER = env.str(
    "MESSAGE_SENDER",
    default="oms.notifications.senders.Mailbox"
    if DEVELOPMENT
    else "oms.notifications.senders.Email",
)

# Objects a permission can be granted on (django-guardian, direct foreign keys).
SCOPE_MODELS: dict[str, str] = {
    "location": "inventory.Location",
    "company": "b2b.Company",
    "channel": "orders.Channel",
}

# `smtp://user:password@host:587/?tls=True`, and who writes.
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:25")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="orders@localhost")

# --- people -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "errors/locked_out.html"
AXES_IPWARE_PROXY_COUNT = env.int("PROXY_COUNT", default=0) or None

# --- languages, time --------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("it", _("Italian")), ("pl", _("Polish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
RETAILER_TIME_ZONE = env.str("RETAILER_TIME_ZONE", default="Europe/Rome")
USE_I18N = True
USE_TZ = True
# Quantities and money are grouped by our own filters; an order number must not be.
USE_THOUSAND_SEPARATOR = False

# --- static files -----------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / ".local" / "static"))
NODE_MODULES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (f"npm/{name}", NODE_MODULES / path)
        for name, path in {
            "tabler": "@tabler/core/dist/css",
            "chart": "chart.js/dist",
            "inter": "@fontsource-variable/inter",
            "jetbrains-mono": "@fontsource-variable/jetbrains-mono",
            "barcode-detector": "barcode-detector/dist",
            "zxing-wasm": "zxing-wasm/dist/reader",
        }.items()
        if (NODE_MODULES / path).is_dir()
    ),
]
ICONS_DIR = NODE_MODULES / "@tabler" / "icons" / "icons"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEVELOPMENT
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
MEDIA_URL = "media/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
IMPORT_MAX_BYTES = 10 * 1024 * 1024
IMPORT_MAX_ROWS = 20_000
STOCK_BATCH_MAX_BYTES = env.int("STOCK_BATCH_MAX_BYTES", default=512 * 1024 * 1024)

# --- purchasing: what is taken without asking -------------------------------------------------
# More than ordered, and dearer than ordered on the supplier's invoice, in per cent.
OVER_RECEIPT_PERCENT = env.int("OVER_RECEIPT_PERCENT", default=5)
INVOICE_PRICE_PERCENT = env.int("INVOICE_PRICE_PERCENT", default=2)

# --- security ---------------------------------------------------------------------------------
_https = env.bool("HTTPS", default=not DEVELOPMENT)
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-session" if _https else "oms_session"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "oms_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "camera": ["self"],
    "geolocation": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}

# --- REST -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oms.core.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["oms.core.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["oms.core.api.renderers.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "oms.core.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "oms.core.api.errors.problem_response",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "NUM_PROXIES": env.int("PROXY_COUNT", default=0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OMS API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # A link to each operation inside the button that opens it cannot be reached by keyboard.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},
    "REDOC_DIST": "SIDECAR",
    "DESCRIPTION": (
        "Send `Authorization: Bearer oms_…`. Amounts are text in the currency's own decimals, "
        "moments are ISO 8601 in UTC. Writes carry an `Idempotency-Key` and may be repeated. "
        "Every error is `application/problem+json` with a stable `code`."
    ),
    # Names of the enumerations that several answers share.
    "ENUM_NAME_OVERRIDES": {
        "OrderStatusEnum": "oms.orders.status.OrderStatus",
        "FulfilmentStatusEnum": "oms.orders.status.FulfilmentStatus",
        "TenderStatusEnum": "oms.orders.status.TenderStatus",
        "PaymentStatusEnum": "oms.orders.status.PaymentStatus",
        "CancelReasonEnum": "oms.orders.status.CancelReason",
        "ReturnReasonEnum": "oms.returns.models.ReturnReason",
        "DispositionReasonEnum": "inventory.status.DispositionReason",
    },
}

# --- logs: JSON in production, nothing personal in either -------------------------------------
LOG_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *LOG_PROCESSORS,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_PROCESSORS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
                if DEVELOPMENT
                else structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "loggers": {"django_structlog.celery": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# Addresses are personal data.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# One line per request, when it is known how it went.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_TABLES2_TEMPLATE = "ui/table.html"
