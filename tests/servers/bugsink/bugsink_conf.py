"""Bugsink for one capture: one process, SQLite below BUGSINK_STATE, tasks done at once."""
import os

from bugsink.conf_utils import deduce_allowed_hosts
from bugsink.settings.default import *  # noqa

STATE = os.environ.get("BUGSINK_STATE", ".state")
SECRET_KEY = "only-for-captures-on-loopback-0123456789abcdefghijklmnopqrstuvwxyz"
DATABASES["default"]["NAME"] = STATE + "/db.sqlite3"
DATABASES["snappea"]["NAME"] = STATE + "/snappea.sqlite3"
SENTRY_DSN = None
TIME_ZONE = "UTC"
SNAPPEA = {
    "TASK_ALWAYS_EAGER": True,
    "NUM_WORKERS": 1,
    "PID_FILE": None,
    "WAKEUP_CALLS_DIR": STATE + "/wakeup",
    "STATS_RETENTION_MINUTES": 60,
}
EMAIL_BACKEND = "bugsink.email_backends.QuietConsoleEmailBackend"
BUGSINK = {
    "BASE_URL": "http://127.0.0.1:" + os.environ.get("BUGSINK_PORT", ""),
    "SITE_TITLE": "Bugsink",
    "SINGLE_USER": False,
    "SINGLE_TEAM": False,
    "INGEST_STORE_BASE_DIR": STATE + "/ingestion",
    "DIGEST_IMMEDIATELY": True,
    "PHONEHOME": False,
}
ALLOWED_HOSTS = deduce_allowed_hosts(BUGSINK["BASE_URL"])
