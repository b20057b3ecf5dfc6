# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from freezegun import freeze_time

from odoo.tests import tagged

from .canaries import (
    BIRTH,
    BIRTH_ISO,
    CANARIES,
    FREE,
    GIVEN,
    KOREAN,
    MAIL,
    MRN,
    NAME,
    PERSON,
    PHONE,
    SSN,
    STREET,
    CanarySearch,
)
from .common import NOW
from .test_schedule_to_order import PortalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPrivacy(CanarySearch, PortalCase):
    """Canaries in every field of both formats, then the whole flow, then a search in
    every text column of every table, in every attachment and in the log."""

    def _hl7_with_canaries(self):
        start = self.day(2)
        message = self.hl7(1, start)
        lines = message.split("\r")
        out = []
        for line in lines:
            if line.startswith("SCH"):
                parts = line.split("|")
                parts[1] = parts[2] = "VISITCANARY1^HIS"
                for index in (7, 8, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23):
                    while len(parts) <= index:
                        parts.append("")
                    parts[index] = parts[index] or f"{FREE}^{PERSON}^{PHONE}^{KOREAN}"
                line = "|".join(parts)
            elif line.startswith("PID"):
                line = (
                    f"PID|1|{MRN}|{MRN}^^^HIS|{SSN}|{PERSON}~{KOREAN}|{NAME}|{BIRTH}|M|"
                    f"{NAME}||{STREET}^^SEOUL|KR|{PHONE}^PRN^CP^{MAIL}|{PHONE}||||{MRN}|"
                    f"{SSN}|{SSN}||||{STREET}"
                )
            elif line.startswith("AIS"):
                parts = line.split("|")
                parts += [f"{FREE} {NAME}", f"X^{PERSON}", f"Y^{KOREAN}"]
                line = "|".join(parts)
            elif line.startswith("AIL"):
                line += f"|{FREE}|{PERSON}"
            out.append(line)
            if line.startswith("PID"):
                out += [
                    f"PD1||||{PERSON}",
                    f"NK1|1|{PERSON}|SPO|{STREET}|{PHONE}",
                    f"PV1|1|I|{MRN}^{NAME}^{KOREAN}|||||{PERSON}||||||||||VISITCANARY1",
                    f"OBX|1|TX|N^{NAME}||{FREE}",
                    f"DG1|1||C^{NAME}|{FREE}",
                    f"IN1|1|P|{MRN}|{NAME}|{STREET}||{PHONE}|||||||||{PERSON}|{BIRTH}",
                    f"NTE|1||{FREE} {NAME} {SSN} {BIRTH_ISO}",
                ]
            elif line.startswith("AIL"):
                out += [f"AIP|1|A|{MRN}^{PERSON}|{NAME}", f"NTE|2||{FREE} {KOREAN}"]
        broken = self.hl7(2, start, code=f"{NAME}^{GIVEN}^{KOREAN}", place=NAME)
        broken = broken.replace("AIS|1|A|", "AIS|x|A|").replace(
            start.strftime("%Y%m%d%H%M%S"), f"{NAME} {SSN}"
        )
        return "\r".join(out), broken

    def _fhir_with_canaries(self):
        name = [{"text": f"{NAME} {GIVEN}", "family": NAME, "given": [GIVEN, KOREAN]}]
        good = dict(
            self.fhir("VISITCANARY2", self.day(3)),
            id="VISITCANARY2",
            text={"status": "generated", "div": f"<div>{FREE} {NAME} {KOREAN}</div>"},
            description=f"{FREE} {NAME}",
            comment=f"{FREE} {PHONE} {SSN} {BIRTH_ISO}",
            patientInstruction=f"{FREE} {STREET}",
            reasonCode=[{"text": f"{FREE} {NAME}"}],
            note=[{"text": FREE}],
            subject={"reference": f"Patient/{MRN}", "display": f"{NAME} {GIVEN}"},
            supportingInformation=[{"display": f"{NAME} {KOREAN}"}],
            extension=[{"url": "urn:x", "valueString": f"{NAME} {SSN}"}],
            contained=[
                {
                    "resourceType": "Patient",
                    "id": MRN,
                    "name": name,
                    "birthDate": BIRTH_ISO,
                    "telecom": [{"system": "phone", "value": PHONE}, {"value": MAIL}],
                    "address": [{"text": STREET}],
                    "identifier": [{"value": SSN}, {"value": MRN}],
                }
            ],
        )
        good["serviceType"][0]["text"] = f"{FREE} {NAME}"
        good["serviceType"][0]["coding"][0]["display"] = f"{NAME} {KOREAN}"
        for participant in good["participant"]:
            participant["actor"]["display"] = f"{NAME} {GIVEN} {KOREAN}"
        good["participant"].append(
            {
                "actor": {"reference": f"Patient/{MRN}", "identifier": {"value": SSN}},
                "status": "accepted",
            }
        )
        bad = dict(
            self.fhir("VISITCANARY3", self.day(3)),
            status=NAME,
            start=f"{FREE} {BIRTH_ISO}",
            serviceType=[{"coding": [{"system": NAME, "code": f"{KOREAN}"}]}],
        )
        patient = {
            "resourceType": "Patient",
            "id": MRN,
            "name": name,
            "birthDate": BIRTH_ISO,
        }
        return self.bundle(patient, good, bad)

    def test_no_canary_survives_the_whole_flow(self):
        capture = self._capture_log()
        self._flow()
        self.env.flush_all()
        self.assertFalse(self._hits_in_tables())
        self.assertFalse(self._hits_in_attachments())
        log = "\n".join(capture.lines)
        self.assertTrue(log, "nothing was captured: the search would prove nothing")
        self.assertFalse([canary for canary in CANARIES if canary in log])

    def _flow(self):
        good, broken = self._hl7_with_canaries()
        bundle = self._fhir_with_canaries()
        answers = [
            self.a.feed.ingest(good),
            self.a.feed.ingest(broken),
            self.a.feed.ingest(bundle),
            self.a.feed.ingest(f"{FREE} {NAME} {SSN}"),
        ]
        self.assertEqual(answers[0]["created"], 1, answers[0])
        self.assertGreaterEqual(answers[2]["created"], 1, answers[2])
        for answer in answers:
            self.assertFalse(
                [canary for canary in CANARIES if canary in str(answer)], answer
            )
        wizard = self.env["medical.feed.delivery"].create(
            {
                "feed_id": self.a.feed.id,
                "payload_file": base64.b64encode(good.encode()),
                "payload_filename": f"{NAME}.hl7",
            }
        )
        self.assertIn("already known", wizard.result)
        self.assertFalse(wizard.payload_file or wizard.payload_text)
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        proposal.action_send()
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(proposal), signed_by="Lee Jiwoo")
        self.url_open(f"/my/medical/proposals/{proposal.id}/approve", data=form)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")

    def test_the_search_itself_finds_a_planted_canary(self):
        self.a.partner.comment = f"<p>{NAME}</p>"
        self.env.flush_all()
        self.assertEqual(self._hits_in_tables(), [("res_partner", 1)])

    def test_the_hash_key_is_out_of_reach(self):
        key_name = self.a.feed._hash_key_name()
        for group in ("group_medical_manager", "group_medical_integration"):
            user = self.env["res.users"].create(
                {
                    "name": group,
                    "login": f"key_{group}",
                    "group_ids": [
                        (4, self.env.ref(f"medical_supply_crm.{group}").id),
                        (4, self.env.ref("base.group_user").id),
                    ],
                }
            )
            parameters = self.env["ir.config_parameter"].with_user(user)
            self.assertFalse(parameters.has_access("read"))
            self.assertNotIn(
                self.env["ir.config_parameter"].sudo().get_param(key_name),
                str(self.a.feed.read()),
            )
