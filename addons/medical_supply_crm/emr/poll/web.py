# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A careful HTTP client for feeds: bounded in time, size and patience."""

import ipaddress
import random
import socket
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import requests

MAX_REDIRECTS = 5
REDIRECTS = {301, 302, 303, 307, 308}
LIMITED = {429, 503}
BROKEN = {500, 502, 504}
_PORTS = {"http": 80, "https": 443}


class FetchError(Exception):
    """Something could not be fetched, in words that quote nothing of what was received.

    :ivar code: short name of the reason, see the raising places
    :ivar retry_after: seconds the server asked to wait, or None
    :ivar final: True when trying again cannot help until somebody changes something
    """

    def __init__(self, code, message, *, status=None, retry_after=None, final=False):
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.final = final


@dataclass(frozen=True)
class Answer:
    """What a server said.

    :ivar headers: dict, names in lower case
    :ivar url: address that answered in the end
    :ivar moved: address the resource has moved to for good, or None
    """

    status: int
    body: bytes
    headers: dict = field(default_factory=dict)
    url: str = ""
    moved: str | None = None

    @property
    def date(self):
        """The server's clock when it answered (aware datetime), or None."""
        return http_date(self.headers.get("date"))


def http_date(text):
    """Aware UTC datetime of an HTTP date, or None."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def origin(url):
    """(scheme, host, port) of an address."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme)


def check_url(url, allow_plain=False):
    """The address without fragment, when it may be fetched.

    :param allow_plain: True when unencrypted http:// is agreed with the sender
    :raises FetchError: code bad-url, in words
    """
    try:
        parts = urlsplit((url or "").strip())
        _port = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise FetchError(
            "bad-url",
            "the address must begin with https:// and name a host",
            final=True,
        )
    if parts.username or parts.password:
        raise FetchError(
            "bad-url",
            "the address must not hold a user name or password: use the fields for them",
            final=True,
        )
    if parts.scheme.lower() == "http" and not allow_plain:
        raise FetchError(
            "bad-url",
            "the address is not encrypted (http://): use https:// or allow it explicitly",
            final=True,
        )
    return parts._replace(fragment="").geturl()


class Web:
    """GET and POST with limits.

    :param timeout: seconds to connect, and without a byte
    :param deadline: seconds one whole answer may take
    :param max_bytes: largest answer, unpacked
    :param tries: attempts per request where the server or the line fails
    :param patience: seconds of waiting one request may add up to
    :param verify: True, or the path of a CA bundle
    :param sleep, clock: for tests: `time.sleep`, `time.time`
    """

    def __init__(
        self,
        *,
        timeout=30,
        deadline=300,
        max_bytes=32 * 1024 * 1024,
        tries=4,
        patience=60,
        allow_plain=False,
        verify=True,
        sleep=time.sleep,
        clock=time.time,
    ):
        self.timeout, self.deadline, self.max_bytes = timeout, deadline, max_bytes
        self.tries, self.patience, self.allow_plain = tries, patience, allow_plain
        self.clock, self._sleep = clock, sleep
        self.skew = 0.0  # seconds the server's clock is ahead of ours
        self._session = requests.Session()
        # no .netrc, no proxy with credentials of somebody else: only what the feed says
        self._session.trust_env = False
        self._session.verify = verify
        self._session.headers["User-Agent"] = "omni-suite-feed/1"

    def now(self):
        """The server's present time as far as it is known (aware datetime)."""
        return datetime.fromtimestamp(self.clock() + self.skew, UTC)

    def get(self, url, headers=None, *, same_origin=False):
        """GET an address; redirects are followed, without credentials to other hosts.

        :param same_origin: refuse redirects to another scheme, host or port
        :return: `Answer` of any status but redirects, 429, 503 and 5xx
        :raises FetchError:
        """
        headers, home, moved = dict(headers or {}), origin(url), None
        for _hop in range(MAX_REDIRECTS + 1):
            answer = self._tries("GET", url, headers, None)
            if answer.status not in REDIRECTS:
                return Answer(answer.status, answer.body, answer.headers, url, moved)
            target = urljoin(url, answer.headers.get("location", ""))
            check_url(target, self.allow_plain)
            if home[0] == "https" and origin(target)[0] != "https":
                raise FetchError(
                    "bad-redirect", "the server redirects to an unencrypted address"
                )
            if origin(target) != home:
                if same_origin:
                    raise FetchError(
                        "bad-redirect",
                        "the server redirects to another host",
                        final=True,
                    )
                headers = {
                    name: value
                    for name, value in headers.items()
                    if name.lower() in ("accept", "if-none-match", "if-modified-since")
                }
            if answer.status in (301, 308) and (moved or _hop == 0):
                moved = target
            elif answer.status not in (301, 308):
                moved = None
            url = target
        raise FetchError("bad-redirect", "the server redirects in a circle")

    def post(self, url, data, headers=None):
        """POST a form; no redirects. Returns an `Answer`.

        :raises FetchError:
        """
        return self._tries("POST", url, dict(headers or {}), data)

    # --- one request, several tries ----------------------------------------------------
    def _tries(self, method, url, headers, data):
        check_url(url, self.allow_plain)
        waited, fault = 0.0, None
        for attempt in range(self.tries):
            pause = min(2.0**attempt, 30.0) * random.uniform(0.75, 1.25)  # noqa: S311
            try:
                answer = self._once(method, url, headers, data)
            except FetchError as error:
                if error.final or error.code in ("too-large", "bad-url"):
                    raise
                fault = error
            else:
                if answer.status in LIMITED:
                    asked = self._retry_after(answer)
                    fault = FetchError(
                        "rate-limited",
                        f"the server asks to wait (status {answer.status})",
                        status=answer.status,
                        retry_after=asked,
                    )
                    pause = pause if asked is None else asked
                elif answer.status in BROKEN:
                    fault = FetchError(
                        "server-error",
                        f"the server failed (status {answer.status})",
                        status=answer.status,
                    )
                else:
                    return answer
            if attempt + 1 < self.tries:
                if waited + pause > self.patience:
                    break
                self._sleep(pause)
                waited += pause
        raise fault

    def _retry_after(self, answer):
        text = answer.headers.get("retry-after", "").strip()
        if text.isdecimal() and len(text) < 7:
            return float(text)
        moment = http_date(text)
        if moment is None:
            return None
        # both on the server's clock where it tells it
        return max(0.0, (moment - (answer.date or self.now())).total_seconds())

    def _once(self, method, url, headers, data):
        host = urlsplit(url).hostname
        self._check_host(host)
        began = time.monotonic()
        try:
            with self._session.request(
                method,
                url,
                headers=headers,
                data=data,
                timeout=self.timeout,
                stream=True,
                allow_redirects=False,
            ) as response:
                body = self._body(response, began, host)
                answer = Answer(
                    response.status_code,
                    body,
                    {name.lower(): text for name, text in response.headers.items()},
                    url,
                )
        except FetchError:
            raise
        except requests.exceptions.SSLError:
            # from None: the text of the library's error quotes the whole address
            raise FetchError(
                "bad-certificate",
                f"the certificate of {host} is not trusted",
                final=True,
            ) from None
        except requests.exceptions.Timeout:
            raise FetchError("timeout", f"{host} did not answer in time") from None
        except (requests.exceptions.RequestException, OSError, ValueError):
            raise FetchError(
                "no-connection", f"the connection to {host} failed or broke off"
            ) from None
        if answer.date:
            skew = answer.date.timestamp() - self.clock()
            # a Date header has whole seconds, and the answer took its time
            self.skew = skew if abs(skew) > 5 else 0.0
        return answer

    def _body(self, response, began, host):
        parts, size = [], 0
        for part in response.iter_content(65536):
            size += len(part)
            if size > self.max_bytes:
                raise FetchError(
                    "too-large",
                    f"the answer is larger than {self.max_bytes // 2**20} MB",
                )
            if time.monotonic() - began > self.deadline:
                raise FetchError("timeout", f"{host} did not answer in time")
            parts.append(part)
        return b"".join(parts)

    def _check_host(self, host):
        """Refuse link-local addresses: metadata services of clouds live there."""
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise FetchError("no-connection", f"the host {host} is unknown") from None
        for *_rest, address in found:
            if ipaddress.ip_address(address[0].split("%")[0]).is_link_local:
                raise FetchError(
                    "bad-url", "the address leads to a link-local host", final=True
                )
