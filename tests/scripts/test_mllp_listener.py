# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The MLLP listener over real TCP and TLS, with a store that remembers: answers, networks, batches, limits."""

import asyncio
import datetime
import ipaddress
import ssl

import hl7
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hl7.mllp import open_hl7_connection

from suite.mllp.ack import acknowledge, answers, batch
from suite.mllp.cli import parser, tls
from suite.mllp.listener import Door, Listener

SIU = (
    "MSH|^~\\&|{sender}|HOSP|OMNI|DESK|20260105080000||SIU^S12^SIU_S12|{control}|P|2.5|||{accept}|{application}||{charset}"
    "\rSCH|V{control}\rAIS|1||4711|20260112090000\r"
)


def siu(control="C1", sender="THEATRE", accept="", application="", charset=""):
    return SIU.format(control=control, sender=sender, accept=accept, application=application, charset=charset)


class Remembers:
    """A store that answers at once."""

    def __init__(self, answer=("AA", "")):
        self.got, self.answer = [], answer

    async def put(self, raw, feed):
        self.got.append((raw, feed))
        return self.answer


def talk(door, blocks, store=None, ssl_server=None, ssl_client=None, wait=0.0, count=None):
    """Answers (bytes) to blocks over a real connection; (answers, store)."""
    store = store or Remembers()

    async def inner():
        listener = Listener(store, door)
        server = await listener.start("127.0.0.1", 0, ssl_server)
        port = server.sockets[0].getsockname()[1]
        found = []
        try:
            reader, writer = await open_hl7_connection("127.0.0.1", port, ssl=ssl_client)
            for block in blocks:
                writer.write(b"\x0b" + block + b"\x1c\r")
            await writer.drain()
            await asyncio.sleep(wait)
            for _ in range(len(blocks) if count is None else count):
                found.append(await asyncio.wait_for(reader.readblock(), 5))
            writer.close()
        finally:
            server.close()
        return found

    return asyncio.run(inner()), store


def fields(answer, segment, number, codec="utf-8"):
    message = hl7.parse(answer.decode(codec))
    return str(message[segment][0][number])


def test_original_mode_has_one_answer():
    found = answers(siu().encode(), "AA")
    assert len(found) == 1
    assert fields(found[0], "MSA", 1) == "AA"
    assert fields(found[0], "MSA", 2) == "C1"
    assert fields(found[0], "MSH", 18) == "UNICODE UTF-8"


@pytest.mark.parametrize(
    ("accept", "application", "code", "expected"),
    [
        ("AL", "AL", "AA", ["CA", "AA"]),
        ("AL", "NE", "AA", ["CA"]),
        ("NE", "AL", "AE", ["AE"]),
        ("ER", "ER", "AA", []),
        ("ER", "ER", "AR", ["CR", "AR"]),
        ("SU", "SU", "AA", ["CA", "AA"]),
        ("SU", "NE", "AE", []),
        ("AL", "", "AE", ["CE"]),
    ],
)
def test_enhanced_mode_answers_as_it_is_asked_to(accept, application, code, expected):
    found = answers(siu(accept=accept, application=application).encode(), code, "why")
    assert [fields(one, "MSA", 1) for one in found] == expected


def test_every_message_can_be_answered_all_the_same():
    raw = siu(accept="NE", application="NE").encode()
    found, _store = talk(Door("theatre", always=True), [raw])
    assert fields(found[0], "MSA", 1) == "AA"


def test_answers_are_written_in_the_senders_characters():
    raw = siu(sender="수술실", charset="EUC-KR").encode("cp949")
    answer = acknowledge(raw, "AE", "이유")
    assert "수술실" in answer.decode("cp949")
    assert fields(answer, "MSH", 18, "cp949") == "EUC-KR"
    assert fields(answer, "MSA", 3, "cp949") == "이유"
    raw = siu(sender="수술실", charset="UNICODE UTF-8").encode()
    assert fields(acknowledge(raw, "AA"), "MSH", 5) == "수술실"


def test_a_batch_is_answered_as_a_batch():
    text = "FHS|^~\\&|A|H\rBHS|^~\\&|THEATRE|HOSP|OMNI|DESK|20260105||||B7\r"
    text += siu("C1") + siu("C2") + siu("C3") + "BTS|3\rFTS|1\r"
    found, store = talk(Door("theatre"), [text.encode()])
    assert [raw.split(b"|")[9] for raw, _feed in store.got] == [b"C1", b"C2", b"C3"]
    lines = found[0].decode().split("\r")
    assert lines[0].startswith("BHS|^~\\&|")
    assert [line for line in lines if line.startswith("MSA")] == ["MSA|AA|C1", "MSA|AA|C2", "MSA|AA|C3"]
    assert lines[-2] == "BTS|3"
    assert batch(b"BHS|^~\\&|A|B|C|D|20260105||||B7\r", []).startswith(b"BHS|^~\\&|C|D|A|B|")
    found, store = talk(Door("theatre"), [b"BHS|^~\\&|A\rBTS|0\r"])
    assert fields(found[0], "MSA", 1) == "AR"
    assert not store.got


def test_senders_by_network():
    local, other = ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("10.0.0.0/8")
    door = Door("theatre", [(other, "other"), (local, "endoscopy")], [local])
    assert door.feed_of("127.0.0.1") == "endoscopy"
    assert door.feed_of("::ffff:127.0.0.1") == "endoscopy"
    assert door.feed_of("10.1.1.1") is None
    _found, store = talk(door, [siu().encode()])
    assert [feed for _raw, feed in store.got] == ["endoscopy"]
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        talk(Door("theatre", [], [other]), [siu().encode()])


def test_idle_connections_and_too_many_are_closed():
    found, store = talk(Door("theatre", idle=0.2), [siu().encode()])
    assert len(found) == len(store.got) == 1

    async def idle():
        server = await Listener(Remembers(), Door("theatre", idle=0.2)).start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        writer.write(b"\x0bMSH|half")
        assert await asyncio.wait_for(reader.read(), 5) == b""
        server.close()

    asyncio.run(idle())
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        talk(Door("theatre", connections=0), [siu().encode()])


def test_too_long_is_refused_and_the_next_connection_served():
    found, store = talk(Door("theatre", limit=500), [siu().encode() + b"Z" * 2000], count=1)
    assert fields(found[0], "MSA", 1) == "AR"
    assert not store.got


def authority(folder, name):
    """Files of a certificate authority, and of a certificate it signed for 127.0.0.1."""
    now = datetime.datetime.now(datetime.UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} root")])

    def built(subject, public, signing, is_root):
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(not is_root, False, False, False, False, is_root, is_root, False, False), critical=True
            )
            .sign(signing, hashes.SHA256())
        )

    files = {}
    pair = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    for what, certificate in (
        ("ca", built(root, root_key.public_key(), root_key, True)),
        ("cert", built(pair, key.public_key(), root_key, False)),
    ):
        files[what] = folder / f"{name}-{what}.pem"
        files[what].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files["key"] = folder / f"{name}-key.pem"
    files["key"].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


def test_tls_with_and_without_client_certificates(tmp_path):
    server, client = authority(tmp_path, "server"), authority(tmp_path, "client")
    trusting = ssl.create_default_context(cafile=server["ca"])
    found, _store = talk(Door("theatre"), [siu().encode()], None, tls(server["cert"], server["key"]), trusting)
    assert fields(found[0], "MSA", 1) == "AA"
    strict = tls(server["cert"], server["key"], client["ca"])
    with pytest.raises((ssl.SSLError, asyncio.IncompleteReadError, ConnectionError)):
        talk(Door("theatre"), [siu().encode()], None, strict, trusting)
    known = ssl.create_default_context(cafile=server["ca"])
    known.load_cert_chain(client["cert"], client["key"])
    found, _store = talk(Door("theatre"), [siu().encode()], None, strict, known)
    assert fields(found[0], "MSA", 1) == "AA"
    with pytest.raises(ValueError, match="needs --tls-cert"):
        tls(None, None, client["ca"])
    with pytest.raises(ValueError, match="--tls-cert"):
        tls(client["key"], None)


def test_options_name_networks_and_feeds(capsys):
    options = parser().parse_args(
        ["--db", "d", "--login", "l", "--feed", "f", "--allow", "10.2.3.4", "--feed-of", "10.0.0.0/8=endoscopy"]
    )
    assert options.allow == [ipaddress.ip_network("10.2.3.4/32")]
    assert options.feed_of == [(ipaddress.ip_network("10.0.0.0/8"), "endoscopy")]
    with pytest.raises(SystemExit):
        parser().parse_args(["--db", "d", "--login", "l", "--feed", "f", "--feed-of", "10.0.0.0/8"])
    assert "NETWORK=FEED" in capsys.readouterr().err
