"""The Scrapy project: its settings for one source."""

from typing import Any

from core.settings import Settings
from crawlers.robots import LONGEST_DELAY_S
from crawlers.robots_rules import AGENT
from crawlers.source import SourceSpec

VERSION = "0.1"
REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
# A source that sets no delay is asked by this many requests at once; one with a delay by one at a time.
AT_ONCE = 8
ACCEPT = "text/html,application/xhtml+xml,application/rss+xml,application/atom+xml,application/xml,text/plain"


def user_agent(settings: Settings) -> str:
    """Return how the crawler presents itself: its name, and whom to write to."""
    contact = settings.crawl.contact
    name = f"{AGENT}/{VERSION}"
    return f"{name} (+{contact})" if contact else name


def project_settings(settings: Settings, spec: SourceSpec) -> dict[str, Any]:
    """Return Scrapy's settings for crawling `spec`: polite, without cookies, proxies, console or log-in."""
    delay = settings.crawl.delay_s if spec.delay_s is None else spec.delay_s
    headers = {
        "Accept": ACCEPT,
        "Accept-Language": f"{spec.language},*;q=0.5",
        "Accept-Encoding": "gzip, deflate",
    }
    if "@" in settings.crawl.contact:
        headers["From"] = settings.crawl.contact  # RFC 9110, section 10.1.2: robots name an e-mail address
    handler = "crawlers.connection.GuardedHandler"
    return {
        "BOT_NAME": "langnghe",
        "USER_AGENT": user_agent(settings),
        "TWISTED_REACTOR": REACTOR,
        "ALLOWED_ADDRESSES": [str(address) for address in spec.allow_addresses],
        "DOWNLOAD_HANDLERS": {
            "http": handler,
            "https": handler,
            "data": None,
            "file": None,
            "ftp": None,
            "s3": None,
        },
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,  # it shortens pauses, those of robots.txt too
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_MAX_DELAY": max(delay, LONGEST_DELAY_S),
        "DOWNLOAD_TIMEOUT": settings.crawl.timeout_s,
        "DOWNLOAD_MAXSIZE": settings.crawl.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # keeps the order of the plan
        "CONCURRENT_ITEMS": 1,  # an answer gives one haul; Scrapy starts this many tasks for each answer
        "CONCURRENT_REQUESTS": 2 * AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1 if delay else AT_ONCE,
        "RETRY_TIMES": settings.crawl.retries,
        "HTTPERROR_ALLOW_ALL": True,
        "REFERER_ENABLED": False,
        "COOKIES_ENABLED": False,
        "DEFAULT_REQUEST_HEADERS": headers,
        "DOWNLOADER_MIDDLEWARES_BASE": {
            "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": 350,
            "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": 400,
            "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": 500,
        },
        "DOWNLOADER_MIDDLEWARES": {
            "crawlers.limits.Limits": 40,
            "crawlers.gate.RequestGate": 50,
            "crawlers.robots.Robots": 100,
            "crawlers.gate.HeaderGate": 550,
            "crawlers.gate.BytesGate": 570,
            "crawlers.gate.Unpacking": 590,
            "crawlers.redirects.Redirects": 600,
            "crawlers.retries.Retries": 610,
        },
        "SPIDER_MIDDLEWARES_BASE": {"scrapy.spidermiddlewares.start.StartSpiderMiddleware": 25},
        "EXTENSIONS_BASE": {"crawlers.throttle.Throttle": 0},
        "ITEM_PIPELINES": {"crawlers.batches.Batches": 100},
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "STATS_DUMP": False,
    }
