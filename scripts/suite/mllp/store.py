# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Messages of all connections to Odoo, in batches, until Odoo says what became of them."""

import asyncio
import base64
import http.client
import logging
import time

from ..rpc import Client, NoAnswer, RpcError

_logger = logging.getLogger(__name__)

BATCH = 200
FIRST_PAUSE = 0.5  # seconds; doubled up to LONGEST_PAUSE
LONGEST_PAUSE = 15.0
GATHER = 0.02  # seconds
TRIES = 3  # of a message at which Odoo itself fails


class Odoo:
    """The feeds behind the listener. Blocking; used from one thread at a time.

    :param connect: called without arguments, returns a `Client`
    :param feeds: ids of feeds, or their source names
    """

    def __init__(self, connect, feeds):
        self._connect = connect
        self._feeds = list(dict.fromkeys(feeds))
        self._client = None
        self._ids = {}

    def open(self):
        """Log in and find the feeds.

        :raises RpcError: login refused, or no such feed
        :raises NoAnswer: nobody answers
        """
        if self._client is not None:
            return
        client, ids = self._connect(), {}
        for feed in self._feeds:
            by_id = str(feed).isdecimal()
            domain = [("id", "=", int(feed))] if by_id else [("source", "=", feed)]
            found = client.search("medical.feed", domain, limit=2)
            if len(found) != 1:
                what = "no feed" if not found else "more than one feed"
                raise RpcError(f"{what} {feed!r} for user {client.login!r}: give the id of the feed")
            ids[feed] = found[0]
        self._client, self._ids = client, ids

    def store(self, feed, raws):
        """Answers of Odoo to the messages (bytes) of a feed: list of (ack, text).

        :raises NoAnswer: nobody answers, now
        :raises RpcError: the call failed
        """
        payloads = [base64.b64encode(raw).decode() for raw in raws]
        try:
            self.open()
            answers = self._client.call("medical.feed", "ingest_messages", [self._ids[feed]], payloads)
        except RpcError:
            self._client = None  # a session may be gone after a restart: log in anew
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._client = None
            raise NoAnswer(str(error) or type(error).__name__) from error
        return [(answer["ack"], answer["text"]) for answer in answers]


class Store:
    """Collects what connections bring while a batch is under way, and sends it as the next one.

    :param odoo: `Odoo`
    :param patience: seconds after which a message that cannot be stored is answered AE; its
        sender keeps it then and sends it again
    """

    def __init__(self, odoo, patience):
        self._odoo = odoo
        self._patience = patience
        self._waiting = asyncio.Queue()
        self.stored = self.refused = 0

    async def put(self, raw, feed):
        """The (ack, text) of a message, once it is certain."""
        answer = asyncio.get_running_loop().create_future()
        await self._waiting.put((raw, time.monotonic(), answer, feed))
        return await answer

    async def run(self):
        """Send batches for ever."""
        while True:
            batch = [await self._waiting.get()]
            # senders that were answered together send again together: one call for all of them
            await asyncio.sleep(GATHER)
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            by_feed = {}
            for one in batch:
                by_feed.setdefault(one[3], []).append(one)
            for feed, part in by_feed.items():
                await self._send(feed, part)

    async def _send(self, feed, batch):
        pause, tries = FIRST_PAUSE, 0
        while batch:
            try:
                answers = await asyncio.to_thread(self._odoo.store, feed, [one[0] for one in batch])
            except NoAnswer as error:
                patience, reason = self._patience, "Odoo does not answer"
                _logger.warning("Odoo does not answer (%s); trying again in %.1f s", error, pause)
            except RpcError as error:
                _logger.warning("Odoo refused %s message(s): %s", len(batch), error)
                if len(batch) > 1:  # one of them may spoil the call for the others
                    for one in batch:
                        await self._send(feed, [one])
                    return
                tries += 1
                patience = self._patience if tries < TRIES else 0
                reason = "Odoo cannot store it"
            else:
                for (_raw, _since, future, _feed), (ack, text) in zip(batch, answers, strict=True):
                    self._answer(future, ack, text)
                return
            batch = self._give_up(batch, patience, reason)
            if batch:
                await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _give_up(self, batch, patience, reason):
        """What has waited less than `patience`; the rest is answered AE."""
        now = time.monotonic()
        late = [one for one in batch if now - one[1] >= patience]
        for _raw, _since, future, _feed in late:
            self._answer(future, "AE", f"{reason}; please send again")
        return [one for one in batch if now - one[1] < patience]

    def _answer(self, future, ack, text):
        if ack == "AA":
            self.stored += 1
        else:
            self.refused += 1
        if not future.done():  # the connection may be gone
            future.set_result((ack, text))


def connector(url, db, login, password):
    """What `Odoo` calls to log in."""
    return lambda: Client(url, db, login, password, timeout=120)
