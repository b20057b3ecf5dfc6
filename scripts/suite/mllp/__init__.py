# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/mllp_listen`: HL7 v2 over MLLP into a schedule feed of Odoo.

cli.py       the command
listener.py  connections, answers
store.py     batches of messages to Odoo, again and again until they are stored
ack.py       the answer to one message
"""
