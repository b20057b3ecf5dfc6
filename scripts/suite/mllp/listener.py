# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""MLLP connections: one message, one answer, in order (framing by the hl7 library)."""

import asyncio
import ipaddress
import logging
from dataclasses import dataclass, field

from hl7.mllp import InvalidBlockError, start_hl7_server

from ..engines import load
from .ack import acknowledge, answers, batch

_logger = logging.getLogger(__name__)
BATCH_STARTS = (b"FHS", b"BHS")


@dataclass(frozen=True)
class Door:
    """Who may come in, and how long.

    feed         feed of connections that no route names
    routes       [(network, feed)]: the first that holds the sender's address counts
    allowed      networks whose senders may connect; empty: all
    limit        largest message in bytes
    idle         seconds without a message after which a connection is closed; 0: never
    connections  how many may be open at once
    always       answer in original mode whatever MSH-15 and MSH-16 ask for
    """

    feed: str
    routes: list = field(default_factory=list)
    allowed: list = field(default_factory=list)
    limit: int = 2 * 1024 * 1024
    idle: float = 0
    connections: int = 500
    always: bool = False

    def feed_of(self, address):
        """Feed of a sender's address, or None when it may not connect."""
        sender = ipaddress.ip_address(address.split("%")[0])
        if sender.version == 6 and sender.ipv4_mapped:
            sender = sender.ipv4_mapped
        if self.allowed and not any(sender in network for network in self.allowed):
            return None
        return next((feed for network, feed in self.routes if sender in network), self.feed)


class Listener:
    """:param store: `store.Store`; :param door: `Door`"""

    def __init__(self, store, door):
        self._store = store
        self._door = door
        self._open = set()
        self._count = 0

    async def start(self, host, port, ssl=None):
        """Listen; returns the asyncio server."""
        return await start_hl7_server(self._serve, host, port, limit=self._door.limit, ssl=ssl)

    async def finish(self, seconds):
        """Wait until the messages in hand are answered, then hang up."""
        if self._open:
            await asyncio.wait([task for task, _writer in self._open], timeout=seconds)
        for _task, writer in list(self._open):
            writer.close()

    async def _serve(self, reader, writer):
        peer = writer.get_extra_info("peername")
        feed = self._door.feed_of(peer[0])
        if feed is None or self._count >= self._door.connections:
            reason = "its address is not allowed" if feed is None else "too many connections"
            _logger.warning("connection of %s refused: %s", peer[0], reason)
            writer.close()
            return
        own = None
        self._count += 1
        try:
            while True:
                raw = await self._next(reader, writer)
                if raw is None:
                    break
                own = (asyncio.current_task(), writer)
                self._open.add(own)
                for block in await self._answer(raw, feed):
                    writer.writeblock(block)
                await writer.drain()
                self._open.discard(own)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the sender hung up before its answer: it will send again
        finally:
            self._count -= 1
            self._open.discard(own)
            writer.close()
            _logger.debug("connection of %s closed", peer)

    async def _answer(self, raw, feed):
        """Blocks that answer one block, once it is certain what became of it."""
        if raw.lstrip(b"\r\n ")[:3] not in BATCH_STARTS:
            return self._told(raw, *await self._store.put(raw, feed))
        split = load("medical_supply_crm", "emr").hl7_split.split_messages
        _head, messages = split(raw)
        if not messages:
            return [acknowledge(b"", "AR", "the batch holds no message")]
        told = await asyncio.gather(*(self._store.put(message, feed) for message in messages))
        parts = [
            block
            for message, (ack, text) in zip(messages, told, strict=True)
            for block in self._told(message, ack, text)
        ]
        return [batch(raw, parts)]

    def _told(self, raw, ack, text):
        if self._door.always:
            return [acknowledge(raw, ack, text)]
        return answers(raw, ack, text)

    async def _next(self, reader, writer):
        """The next message, or None at the end of the connection."""
        while True:
            try:
                return await asyncio.wait_for(reader.readblock(), self._door.idle or None)
            except TimeoutError:
                _logger.info("a connection was closed after %g s without a message", self._door.idle)
                return None
            except asyncio.IncompleteReadError as error:
                if error.partial.strip():
                    _logger.warning("a connection ended inside a message; it was not stored")
                return None
            except InvalidBlockError:
                text = "a message must begin with the MLLP start block 0x0B"
            except ValueError:
                # what follows cannot be told from the rest of the long message
                writer.writeblock(acknowledge(b"", "AR", f"a message is longer than {self._door.limit} bytes"))
                await writer.drain()
                return None
            writer.writeblock(acknowledge(b"", "AR", text))
            await writer.drain()
