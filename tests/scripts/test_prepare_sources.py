# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which Debian mirror a machine uses, read from the forms that /etc/apt takes in the wild."""

import textwrap

from suite.prepare import sources

ONE_LINE = """\
# a comment
deb http://mirror.example/debian bookworm main contrib  # trailing comment
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] https://mirror.example/security bookworm-security main
deb cdrom:[Debian]/ bookworm main
deb https://packages.vendor.example/apt vendor-bookworm main
deb https://db.example/apt bookworm-pgdg main
deb https://tool.example/debian bookworm stable
"""
DEB822 = """\
Types: deb deb-src
# a comment within
URIs: http://mirror.example/debian http://other.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: trixie
Components: main
"""


def test_one_line_format_keeps_options_and_order():
    found = sources.parse_one_line(ONE_LINE)
    assert [source.uris[0] for source in found][:2] == ["http://mirror.example/debian"] * 2
    assert found[0].components == ("main", "contrib")
    assert found[1].types == ("deb-src",)
    assert found[2].options == {"Architectures": "amd64", "Signed-By": "/usr/share/keyrings/k.gpg"}


def test_only_debian_archives_with_main_are_kept():
    kept = sources.debian_only(sources.parse_one_line(ONE_LINE))
    assert {(source.uris[0], source.suites[0]) for source in kept} == {
        ("http://mirror.example/debian", "bookworm"),
        ("https://mirror.example/security", "bookworm-security"),
    }


def test_deb822_format_with_an_embedded_key_is_written_back_whole():
    (source,) = sources.parse_deb822(DEB822)
    assert source.suites == ("trixie", "trixie-updates")
    again = sources.parse_deb822(source.as_deb822())
    assert again == [source]
    assert "END PGP PUBLIC KEY BLOCK" in source.as_deb822()


def test_unstable_comes_from_the_mirror_of_the_release_with_its_key():
    entries = sources.parse_one_line(
        "deb [signed-by=/k.gpg] https://mirror.example/security trixie-security main\n"
        "deb [signed-by=/k.gpg] https://mirror.example/debian trixie main\n"
    )
    unstable = sources.unstable_from(entries)
    assert (unstable.uris, unstable.suites) == (("https://mirror.example/debian",), ("sid",))
    assert unstable.options == {"Signed-By": "/k.gpg"}
    assert sources.unstable_from(entries[:1]) is None


def test_a_machine_is_read_from_both_places(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text(ONE_LINE)
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    (tmp_path / "sources.list.d" / "old.list.disabled").write_text("deb http://off.example/debian trixie main\n")
    found = sources.read_machine(tmp_path)
    assert all(source.types == ("deb",) for source in found)
    uris = {uri for source in found for uri in source.uris}
    assert "http://other.example/debian" in uris
    assert not any("off.example" in uri or "disabled.example" in uri for uri in uris)


def test_a_machine_without_apt_configuration_has_no_sources(tmp_path):
    assert sources.read_machine(tmp_path) == []
    assert sources.parse_deb822(textwrap.dedent("\n\n# only a comment\n")) == []
