# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An operating theatre's system: booked procedures as HL7 messages and as a FHIR bundle, and their sender."""

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta

from hl7.mllp import open_hl7_connection

from suite.prepare.places import ROOT

sys.path.insert(0, str(ROOT / "addons" / "medical_supply_crm" / "tests" / "servers"))

from process import EmrProcess  # noqa: E402, F401 - for the figures

SIU = (
    "MSH|^~\\&|THEATRE|HOSPITAL|OMNI|DESK|20260105080000||SIU^S12^SIU_S12|{control}|P|2.5\r"
    "SCH|{visit}||||||||||^^30^20260301090000^20260301093000|||||||||||||Booked\r"
    "PID|1||MRN-{visit}||CANARY^PATIENT||19700101|F\r"
    "RGS|1|A\r"
    "AIS|1|A|80146002^APPENDECTOMY^SCT|20260301090000|||30|min|||Booked\r"
    "AIL|1|A|OR1^^^HOSPITAL\r"
)


def text_of(connection: int, number: int) -> str:
    """Booking number `number` of a connection, as SIU^S12."""
    name = f"{connection:03d}-{number:03d}"
    return SIU.format(control=f"C{name}", visit=f"V{name}")


def bundle(count: int, soon: bool = False) -> str:
    """FHIR R4 bundle of `count` booked appointments; `soon`: from tomorrow on."""
    first = datetime.now(UTC) + timedelta(days=1) if soon else datetime(2026, 3, 1, 8, tzinfo=UTC)
    entries = [
        {
            "resource": {
                "resourceType": "Appointment",
                "id": f"appointment-{number}",
                "meta": {"lastUpdated": "2026-01-05T08:00:00Z", "versionId": "1"},
                "status": "booked",
                "serviceType": [{"coding": [{"system": "http://snomed.info/sct", "code": "80146002"}]}],
                "start": (first + timedelta(minutes=30 * number)).isoformat(),
                "end": (first + timedelta(minutes=30 * number + 30)).isoformat(),
                "participant": [{"actor": {"reference": "Location/OR1"}, "status": "accepted"}],
            }
        }
        for number in range(count)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


async def say(port, texts, done):
    """Send messages one after the other, each until it is answered; returns {control id: ack}."""
    acks = {}
    reader = writer = None
    for text in texts:
        control = text.split("|")[9]
        while control not in acks:
            try:
                if writer is None:
                    reader, writer = await open_hl7_connection("127.0.0.1", port, encoding="utf-8")
                writer.writemessage(text)
                await writer.drain()
                answer = await asyncio.wait_for(reader.readmessage(), 200)
            except (OSError, asyncio.IncompleteReadError):
                writer = None
                await asyncio.sleep(0.2)
                continue
            assert str(answer["MSA"][0][2]) == control
            acks[control] = str(answer["MSA"][0][1])
            done.append(control)
    if writer:
        writer.close()
    return acks
