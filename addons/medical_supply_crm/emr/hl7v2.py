# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HL7 v2.3 to 2.8 schedule messages (SIU) and orders (ORM^O01, OMG^O19) to schedule events.

Sources: HL7 v2.8.2 chapter 10 (scheduling: 10.4 trigger events, 10.6 segments) and chapter 4
(ORC, OBR, TQ1); tables 0278 (filler status), 0206 (segment action), 0119 (order control).

Read, and nothing else: MSH-7/9/13/18; SCH-1/2/3/9/10/11/25; TQ1-7/8/9;
AIS-1/2/3/4/5/6/7/8/10; AIL-3; AIP-3; PV1-3; ORC-1/2/3/4/5/7/12; OBR-2/3/4/6/7/27/36. From PID, NK1, GT1,
IN1 and MRG only the list of words is taken that must not appear in a code field; it is
forgotten with the message.
"""

import re

from .hl7_order import Order
from .hl7_siu import TRIGGERS, Siu
from .hl7_split import Message, split_messages

# table 0076, so that a problem can say which message it was
_TYPES = frozenset(
    re.findall(
        r"\w+",
        """
    ACK ADT BAR BPS BRP BRT BTS CCF CCI CCM CCQ CCR CCU CQU CRM CSU DFT DOC DSR EAC
    EAN EAR EHC ESR ESU INR INU LSR LSU MCF MDM MFD MFK MFN MFQ MFR NMD NMQ NMR OMB
    OMD OMG OMI OML OMN OMP OMS OPL OPR OPU ORA ORB ORD ORF ORG ORI ORL ORM ORN ORP
    ORR ORS ORU OSM OSQ OSR OUL PEX PGL PIN PMU PPG PPP PPR PPT PPV PRR PTR QBP QCK
    QCN QRY QSB QSX QVR RAR RAS RCI RCL RDE RDR RDS RDY REF RER RGR RGV ROR RPA RPI
    RPL RPR RQA RQC RQI RQP RRA RRD RRE RRG RRI RSP RTB SCN SDN SDR SIU SLN SLR SMD
    SQM SQR SRM SRR SSR SSU STC STI SUR TBR TCR TCU UDM VXQ VXR VXU VXX
    """,
    )
)


def read_hl7v2(data, out):
    """Read every message of `data` (bytes) into the collector `out`; never raises on content."""
    head, raws = split_messages(data)
    if head:
        out.error(
            "MSH", "no-msh", "text before the first MSH segment belongs to no message"
        )
    for number, raw in enumerate(raws, 1):
        out.record = number
        try:
            message = Message(raw)
        except ValueError as exc:
            out.error("MSH", "bad-delimiters", f"{exc}; message not read")
            continue
        out.result.units += 1
        if message.charset_fault == "unknown-charset":
            out.problem(
                "MSH-18", "unknown-charset", "unknown character set; read as UTF-8"
            )
        elif message.charset_fault:
            out.problem(
                "MSH-18", "bad-charset", "text does not fit the stated character set"
            )
        if message.stray:
            out.problem(
                "MSH",
                "stray-lines",
                f"{message.stray} lines are not segments and were not read",
            )
        with out.guard("MSH"):
            _read_message(message, out)
    out.record = None


def _read_message(m, out):
    kind = m.get("MSH", 0, 9, 1).upper()
    trigger = m.get("MSH", 0, 9, 2).upper()
    if not trigger and "_" in m.get("MSH", 0, 9, 3):
        trigger = m.get("MSH", 0, 9, 3).split("_")[-1].upper()
    if kind == "SIU" and trigger in TRIGGERS:
        reader = Siu(m, out, trigger)
    elif (kind, trigger) in (("ORM", "O01"), ("OMG", "O19"), ("ORM", ""), ("OMG", "")):
        reader = Order(m, out, trigger)
    elif kind == "SIU":
        out.error(
            "MSH-9.2", "unknown-trigger", "unknown SIU trigger event; message not read"
        )
        return
    else:
        known = f"{kind} is" if kind in _TYPES else "this is"
        out.problem(
            "MSH-9", "not-schedule", f"{known} not a schedule message; not read"
        )
        return
    reader.take()
