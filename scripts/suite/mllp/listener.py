# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""MLLP connections: one message, one answer, in order (framing by the hl7 library)."""

import asyncio
import logging

from hl7.mllp import InvalidBlockError, start_hl7_server

from .ack import acknowledge

_logger = logging.getLogger(__name__)


class Listener:
    """:param store: `store.Store`; :param limit: largest message in bytes"""

    def __init__(self, store, limit):
        self._store = store
        self._limit = limit
        self._open = set()

    async def start(self, host, port, ssl=None):
        """Listen; returns the asyncio server."""
        return await start_hl7_server(self._serve, host, port, limit=self._limit, ssl=ssl)

    async def finish(self, seconds):
        """Wait until the messages in hand are answered, then hang up."""
        if self._open:
            await asyncio.wait([task for task, _writer in self._open], timeout=seconds)
        for _task, writer in list(self._open):
            writer.close()

    async def _serve(self, reader, writer):
        peer = writer.get_extra_info("peername")
        own = None
        try:
            while True:
                raw = await self._next(reader, writer)
                if raw is None:
                    break
                own = (asyncio.current_task(), writer)
                self._open.add(own)
                ack, text = await self._store.put(raw)
                writer.writeblock(acknowledge(raw, ack, text))
                await writer.drain()
                self._open.discard(own)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the sender hung up before its answer: it will send again
        finally:
            self._open.discard(own)
            writer.close()
            _logger.debug("connection of %s closed", peer)

    async def _next(self, reader, writer):
        """The next message, or None at the end of the connection."""
        while True:
            try:
                return await reader.readblock()
            except asyncio.IncompleteReadError as error:
                if error.partial.strip():
                    _logger.warning("a connection ended inside a message; it was not stored")
                return None
            except InvalidBlockError:
                text = "a message must begin with the MLLP start block 0x0B"
            except ValueError:
                # what follows cannot be told from the rest of the long message
                writer.writeblock(acknowledge(b"", "AR", f"a message is longer than {self._limit} bytes"))
                await writer.drain()
                return None
            writer.writeblock(acknowledge(b"", "AR", text))
            await writer.drain()
