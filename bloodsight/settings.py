"""Every setting, all from the environment; README lists the variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR / ".data")))
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
DEBUG = env.bool("DEBUG", False)


def secret_key() -> str:
    """SECRET_KEY, else the key that `make run` made and keeps in DATA_DIR; refuses to start without one."""
    kept = DATA_DIR / "secret_key"
    key: str = env.str("SECRET_KEY", kept.read_text().strip() if kept.exists() else "")
    if len(key) < 50 or len(set(key)) < 5:
        raise ImproperlyConfigured("Set SECRET_KEY to 50 random characters or more (`make run` makes one).")
    return key


# A file (one in memory would be lost), or a server with the database's name; other signs are written %40, %2F ...
DATABASE_ADDRESS = re.compile(r"sqlite:///(?!:memory:)[^?#]+|postgres(?:ql)?://[^\s/?#]*/[^\s/?#]+(?:\?\S*)?")


def database() -> dict[str, Any]:
    """The embedded SQLite file, or what DATABASE_URL names; a broken address is refused, never replaced."""
    if "DATABASE_URL" not in env.ENVIRON:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "bloodsight.sqlite3", "OPTIONS": SQLITE}
    address = env.ENVIRON["DATABASE_URL"].strip()
    try:
        found: dict[str, Any] = dict(env.db_url_config(address)) if DATABASE_ADDRESS.fullmatch(address) else {}
    except ValueError:
        found = {}
    if not found.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL can't be used. Write postgres://user:password@host:5432/name or sqlite:////folder/file."
        )
    if found["ENGINE"].endswith("sqlite3"):
        return found | {"OPTIONS": SQLITE}
    options = {"pool": {"min_size": 1, "max_size": 8, "timeout": 20}, **found.get("OPTIONS", {})}
    return found | {"OPTIONS": options, "CONN_HEALTH_CHECKS": True}


SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;",
}
SECRET_KEY = secret_key()
DATABASES = {"default": database()}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname or "127.0.0.1", "127.0.0.1", "localhost"]
)
CSRF_TRUSTED_ORIGINS = [SITE_URL] if IS_HTTPS else []
ROOT_URLCONF = "bloodsight.urls"
WSGI_APPLICATION = "bloodsight.wsgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "rest_framework",
    "csp",
    "bloodsight",
    "bloodsight.people",
    "markers",
    "results",
]

MIDDLEWARE = [
    "bloodsight.middleware.headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

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
                "bloodsight.people.context.persons",
            ],
        },
    }
]

# People and sign-in
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "results:home"
ACCOUNT_ADAPTER = "bloodsight.people.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_REDIRECT_URL = "people:new"
ACCOUNT_LOGOUT_REDIRECT_URL = "results:welcome"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_FORMS = {"signup": "bloodsight.people.forms.SignupForm"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "BloodSight: "
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": env.str("SIGN_IN_FAILURES", "20/h/ip,10/h/key")}
ACCOUNT_SESSION_REMEMBER = True
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "bloodsight.urls.csrf_failure"

# Mail: without EMAIL_URL letters lie in DATA_DIR/mail for whoever runs the server
HAS_MAIL = bool(env.str("EMAIL_URL", ""))
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if HAS_MAIL else "none"
if HAS_MAIL:
    globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", f"BloodSight <noreply@{urlsplit(SITE_URL).hostname}>")

# Transport and headers
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", False) else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# Static files
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Uploads: a FHIR file may weigh 50 MB; a visit's form has at most 1,050 rows of 7 fields
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT", 50_000_000)
DATA_UPLOAD_MAX_MEMORY_SIZE = 11_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 7_500

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "bloodsight.api_parsers.AlwaysJSON",
    "DEFAULT_PARSER_CLASSES": ["bloodsight.api_parsers.StrictJSONParser"],
    "EXCEPTION_HANDLER": "bloodsight.api_errors.answer",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")

# Logs carry a path and a status, never a query, a body or a value
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"no_values": {"()": "bloodsight.logs.NoValues"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_values"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False}},
}
