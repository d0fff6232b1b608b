"""One address per text: URL normalisation, on which all ids hang."""

import hashlib
import re
from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import canonicalize_url

# Parameters that follow a reader, not name a text. Sources: the parameter documentation of Google Analytics
# and Ads, Meta, Microsoft, Mailchimp, HubSpot and Zalo, and the lists of the ClearURLs rules. `amp;` stands
# before a name where an address was escaped twice.
TRACKING = re.compile(
    r"(?:amp(?:;|%3b))*(?:utm_\w+|itm_\w+|mtm_\w+|pk_\w+|hsa_\w+|fbclid|fb_\w+|gclid|gclsrc|dclid|gbraid|wbraid|msclkid"
    r"|yclid|twclid|ttclid|igshid|igsh|mibextid|li_fat_id|mc_[ce]id|_hsenc|_hsmi|_ga|_gl|gad_source"
    r"|gad_campaignid|srsltid|zarsrc|zalo_\w+|vero_\w+|mkt_tok|ref_src|ref_url|spm|cmpid|ocid|ncid|smid|at_medium"
    r"|at_campaign|trk|amp_js_v|amp_gsa|usqp|__twitter_impression|_openstat|wickedid|oly_anon_id|oly_enc_id"
    r"|phpsessid|jsessionid|sessionid|aspsessionid\w*)",
    re.IGNORECASE,
)
# `sid` is a session where it is long (phpBB: 32 hex digits); on others it is a story's number.
SESSION = re.compile(r"(?:amp(?:;|%3b))*sid=[0-9a-z]{16,}", re.IGNORECASE)
AMP_FLAG = {("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp")}
# Flags of a mobile twin where they stand alone (Blogger's `?m=1`); beside others `m` may be a month.
MOBILE_FLAG = re.compile(r"(?:m|mobile)=1", re.IGNORECASE)
# Not where the rest would be a registry's domain: `mobile.com.vn` is a site of its own.
TWIN_HOST = re.compile(
    r"^(?:www\d?|m|mobile|amp|wap|touch)\.(?!(?:com|net|org|edu|gov|co|ac|biz|info|name|pro|health)\.[a-z]{2}$)"
    r"(?=[^.]+\.[^.]+)"
)
# `;jsessionid=…` of Java, `/(S(…))/` of ASP.NET without cookies.
SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/?#]*|/\((?:[A-Z]\([^()/]*\))+\)(?=/)", re.IGNORECASE)
AMP_PATH = re.compile(
    r"(?:^/amp(?=/[^/])|/amp(?:\.html?)?/?$|(?<=\.html)/amp/?$|[.-]amp(?=\.html?$)|\.amp$)", re.IGNORECASE
)


@lru_cache(maxsize=10_000)  # the crawl asks for the name of an address half a dozen times
def normalise(url: str) -> str:
    """Return the one address under which the twins of `url` are known.

    https for http, no `www.`, `m.` or `amp.` host, no AMP path or flag, no tracking or session parameter,
    no fragment, no default port, no trailing slash; parameters sorted, percent-encoding and international
    host names canonical. Idempotent. The result names a text; it is not always what should be fetched.
    Raises ValueError for what is no http(s) URL.
    """
    previous: str | None = None
    while previous != url:  # taking one thing away may bare another
        previous, url = url, _normalise(url)
    return url


def page_id(url: str, anchor: str = "") -> str:
    """Return the id (24 hex digits) of the text at `url`; `anchor` names a comment or post in it."""
    name = normalise(url) + (f"#{anchor}" if anchor else "")
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def _normalise(url: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"not a web address: {url[:200]!r}")
    host, port = _host(parts.hostname), parts.port
    netloc = host if port in {None, 80, 443} else f"{host}:{port}"
    path = SESSION_PATH.sub("", parts.path)
    path = re.sub(r"/{2,}", "/", path)
    path = _without_amp(_without_dots(path))
    bare = canonicalize_url(urlunsplit(("https", netloc, path, parts.query, "")), keep_blank_values=True)
    parts = urlsplit(bare)
    kept = [p for p in parts.query.split("&") if p and not _tracks(p)]
    query = "" if len(kept) == 1 and MOBILE_FLAG.fullmatch(kept[0]) else "&".join(kept)
    return urlunsplit(("https", parts.netloc, parts.path.rstrip("/") or "/", query, ""))


def _host(hostname: str) -> str:
    host = hostname.lower().rstrip(".")
    if ":" in host:
        return f"[{host}]"
    host = TWIN_HOST.sub("", host)
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1] if len(kept) > 1 else kept
        elif part != ".":
            kept.append(part)
    return "/".join(kept) or "/"


def _without_amp(path: str) -> str:
    previous = None
    while previous != path:
        previous, path = path, AMP_PATH.sub("", path.rstrip("/"))
    return path


def _tracks(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    flag = (name.lower(), value.lower()) in AMP_FLAG
    return flag or bool(TRACKING.fullmatch(name) or SESSION.fullmatch(parameter))
