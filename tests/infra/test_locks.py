"""Every locked dependency has its digest."""

from __future__ import annotations

from tests import locked


def test_each_locked_line_has_its_digest() -> None:
    assert locked.main() == 0


def test_a_line_without_a_version_or_a_digest_is_found() -> None:
    digest = f"--hash=sha256:{'0' * 64}"
    text = f"fine==1.0 \\\n    {digest} \\\n    {digest}\n    # via that\nbare==1.0\nopen>=1 \\\n    {digest}\n"
    assert list(locked.unhashed(text)) == ["bare==1.0", "open>=1"]
    packages = '{"packages": {"": {}, "a": {"integrity": "sha512-x"}, "b": {"integrity": "sha1-x"}, "c": {}}}'
    assert list(locked.without_integrity(packages)) == ["b", "c"]
