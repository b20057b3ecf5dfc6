# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Files that strangers send: what may be kept, under which name, and its hidden numbers."""

import codecs
import re
import unicodedata

from .masking import mask_html, mask_text

#: Endings that some system runs, or that carry programs; never taken, whatever is allowed.
PROGRAMS = frozenset(
    "ade adp apk app appimage appx bat bin chm cmd com command cpl deb dll dmg elf exe gadget"
    " hta inf ins iso jar js jse lnk mde msc msi msix msp mst osx pif pkg ps1 ps1xml ps2 psc1"
    " psd1 psm1 py pyc rb reg rpm run scf scr sh shb so svg svgz swf sys url vb vbe vbs vhd"
    " vhdx vxd wasm wsc wsf wsh xhtml xll htm html shtml mht mhtml docm dotm xlsm xltm pptm"
    " potm".split()
)
#: First bytes of programs, whatever the file is called.
_PROGRAM_BYTES = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\x00asm",
    b"L\x00\x00\x00\x01\x14\x02\x00",
)
#: What a browser would run when it opens the file from the server.
_ACTIVE = re.compile(
    rb"^\s*(?:<!doctype\s+html|<html|<script|<svg|<\?xml[^>]*>\s*<svg)", re.I
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Longest text looked through for numbers to hide, in bytes.
TEXT_LIMIT = 5_000_000


def clean_name(name):
    """A file's name without folders, control and direction marks; "" where none is left.

    >>> clean_name("..\\\\x/an\\u202egpj.exe")
    'angpj.exe'
    """
    name = unicodedata.normalize("NFC", name or "")
    name = re.split(r"[/\\]", name)[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C")
    name = name.strip(" .")
    if len(name) > 200:
        stem, _dot, end = name.rpartition(".")
        name = (
            f"{stem[: 199 - len(end)]}.{end}" if stem and len(end) < 20 else name[:200]
        )
    return name


def endings(name):
    """All endings of a name in lower case: "a.pdf.exe" has "pdf" and "exe"."""
    return [part.strip().lower() for part in name.split(".")[1:]]


def is_program(name, content):
    """True for a file that runs somewhere, by its last ending or its first bytes."""
    ending = endings(name)[-1:]
    head = content[:1024]
    return (
        bool(ending and ending[0] in PROGRAMS)
        or head.startswith(_PROGRAM_BYTES)
        or bool(_ACTIVE.match(head))
    )


def read_text(content):
    """Text of a file and the encoding it is in.

    :param bytes content: the file
    :return: ``(text, encoding)`` or None where it is no text
    """
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                return None
    if b"\x00" in content[:4096]:
        return None
    for encoding in ("utf-8", "cp949"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return None


def mask_file(content):
    """Hide resident, card and other personal numbers in a text file.

    :param content: bytes or str; what is no text comes back as it is
    :return: ``(content of the same type, counts)``
    """
    if isinstance(content, str):
        return mask_text(content)
    if len(content) > TEXT_LIMIT:
        return content, {}
    read = read_text(content)
    if not read:
        return content, {}
    text, encoding = read
    hide = (
        mask_html if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.I) else mask_text
    )
    masked, counts = hide(text)
    return (masked.encode(encoding) if counts else content), counts
