# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Status maps of the FHIR resources that are schedule events (required value sets, R4 and R5)."""

STATUS = {
    "Appointment": {
        "proposed": "proposed",
        "pending": "pending",
        "waitlist": "pending",
        "booked": "booked",
        "arrived": "arrived",
        "checked-in": "arrived",
        "fulfilled": "fulfilled",
        "cancelled": "cancelled",
        "noshow": "noshow",
        "entered-in-error": "entered-in-error",
    },
    "ServiceRequest": {
        "draft": "proposed",
        "active": "booked",
        "on-hold": "pending",
        "revoked": "cancelled",
        "ended": "cancelled",
        "completed": "fulfilled",
        "entered-in-error": "entered-in-error",
        "unknown": "unknown",
    },
    "Procedure": {
        "preparation": "booked",
        "in-progress": "arrived",
        "not-done": "cancelled",
        "on-hold": "pending",
        "stopped": "fulfilled",  # begun and broken off: its goods are opened
        "aborted": "fulfilled",
        "suspended": "pending",
        "completed": "fulfilled",
        "entered-in-error": "entered-in-error",
        "unknown": "unknown",
    },
    "Encounter": {
        "planned": "booked",
        "arrived": "arrived",
        "triaged": "arrived",
        "in-progress": "arrived",
        "onleave": "arrived",
        "on-hold": "pending",
        "finished": "fulfilled",
        "completed": "fulfilled",
        "discharged": "fulfilled",
        "discontinued": "cancelled",
        "cancelled": "cancelled",
        "entered-in-error": "entered-in-error",
        "unknown": "unknown",
    },
    # capacity, not demand: "booked" means the slot is taken
    "Slot": {
        "free": "proposed",
        "busy": "booked",
        "busy-tentative": "pending",
        "busy-unavailable": "cancelled",
        "entered-in-error": "entered-in-error",
    },
}
TYPES = frozenset((*STATUS, "Location", "HealthcareService", "Schedule"))
# Read for their codes and references, or known and harmless: no event, no problem.
NOT_EVENTS = frozenset(
    (
        "Location",
        "HealthcareService",
        "Schedule",
        "Organization",
        "Practitioner",
        "PractitionerRole",
        "OperationOutcome",
        "CapabilityStatement",
    )
)
