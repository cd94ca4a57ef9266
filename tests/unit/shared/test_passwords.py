"""Hashes are Werkzeug's; nothing a client sends or a table holds makes the check fail loudly."""

import pytest
from werkzeug.security import check_password_hash, generate_password_hash

from shared.passwords import check_password, hash_password


def test_a_password_fits_its_own_hash_only(demo_hash: str) -> None:
    assert demo_hash.startswith("scrypt:32768:8:1$")
    assert check_password(demo_hash, "encore-demo")
    assert not check_password(demo_hash, "encore-Demo")
    assert not check_password(demo_hash, "")


def test_older_hashes_of_the_monolith_are_still_good() -> None:
    assert check_password(generate_password_hash("pw", method="pbkdf2:sha256:1000"), "pw")


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "plain",
        "plain$$pw",
        "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        "sha256$salt$00",
        "scrypt:1:2$salt$00",
        "scrypt:x:8:1$salt$00",
        "scrypt:32768:8:99999999$salt$00",
        "pbkdf2:nothing:1$salt$00",
        "$$",
        "pbkdf2:sha256:0$salt$00",
        "scrypt:32768:8:1$salt$ü",
    ],
)
def test_a_hash_nobody_can_use_opens_nothing(malformed: str) -> None:
    assert check_password(malformed, "pw") is False


def test_nobody_has_no_password() -> None:
    assert check_password(None, "pw") is False


@pytest.mark.parametrize("typed", ["x" * 1_000_000, "\ud83d", "\0", "pw\0"])
def test_strange_input_is_only_wrong(demo_hash: str, typed: str) -> None:
    assert check_password(demo_hash, typed) is False
    assert check_password(None, typed) is False


def test_an_unknown_user_costs_one_hash_as_a_known_one_does(
    demo_hash: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    methods = []

    def counted(pwhash: str, password: str) -> bool:
        methods.append(pwhash.split("$", maxsplit=1)[0])
        return check_password_hash(pwhash, password)

    monkeypatch.setattr("shared.passwords.check_password_hash", counted)
    check_password(demo_hash, "wrong")
    check_password(None, "wrong")

    assert methods == ["scrypt:32768:8:1"] * 2


def test_a_password_too_long_to_check_is_not_hashed_either() -> None:
    with pytest.raises(ValueError, match="at most 1024"):
        hash_password("x" * 1025)
