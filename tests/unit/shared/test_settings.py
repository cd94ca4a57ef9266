"""Settings are read once, checked, and the kept key is made by one process only."""

import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.settings import SettingError, Settings

KEY = "0123456789abcdef"


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    settings = Settings.from_environ({"STRANGLER_HOME": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path / 'encore.db'}"
    assert (settings.log_level, settings.session_cookie_secure) == ("INFO", False)
    assert (settings.pool.size, settings.pool.timeout) == (10, 5)


def test_the_usual_home_is_var_beside_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings.from_environ({}).home == tmp_path / "var"


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = Settings.from_environ(
        {
            "STRANGLER_HOME": str(tmp_path),
            "DATABASE_URL": "mysql://u:p@h/d",
            "SECRET_KEY": KEY,
            "SESSION_COOKIE_SECURE": "Yes",
            "LOG_LEVEL": "debug",
            "DATABASE_POOL_SIZE": "20",
            "DATABASE_POOL_TIMEOUT": "3",
        }
    )

    assert settings.database_url == "mysql://u:p@h/d"
    assert settings.secret_key() == KEY
    assert (settings.log_level, settings.session_cookie_secure) == ("DEBUG", True)
    assert (settings.pool.size, settings.pool.timeout) == (20, 3)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("SESSION_COOKIE_SECURE", "maybe", "0, 1, false, no, off, on, true, yes"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
        ("DATABASE_POOL_SIZE", "0", "a whole number from 1 to 200"),
        ("DATABASE_POOL_SIZE", "many", "a whole number from 1 to 200"),
        ("DATABASE_POOL_TIMEOUT", "61", "a whole number from 1 to 60"),
    ],
)
def test_a_bad_value_is_one_clear_line(key: str, value: str, allowed: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.from_environ({key: value})

    assert str(caught.value) == f"{key}: {value!r} is not allowed; allowed: {allowed}"


def test_a_bad_database_url_is_found_at_once() -> None:
    with pytest.raises(SettingError, match=r"^DATABASE_URL: ") as caught:
        Settings.from_environ({"DATABASE_URL": "postgresql://app:geheim@db/encore"})

    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("key", ["", "short"])
def test_a_short_key_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(SettingError, match=r"SECRET_KEY: .*at least 16 characters") as caught:
        Settings.from_environ({"SECRET_KEY": key})

    assert "short" not in str(caught.value)


def test_secrets_are_not_in_the_text_of_the_settings() -> None:
    settings = Settings.from_environ({"SECRET_KEY": KEY, "DATABASE_URL": "mysql://u:geheim@h/d"})

    assert KEY not in repr(settings)
    assert "geheim" not in repr(settings)


def test_a_key_is_made_at_first_use_and_kept(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "down"
    settings = Settings.from_environ({"STRANGLER_HOME": str(home)})
    assert not home.exists()

    key = settings.secret_key()

    assert len(key) >= 48
    assert Settings.from_environ({"STRANGLER_HOME": str(home)}).secret_key() == key
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in home.iterdir()] == ["secret_key"]


def test_many_at_once_agree_on_one_key(tmp_path: Path) -> None:
    script = "from shared.settings import Settings; print(Settings.from_environ().secret_key())"

    def ask(_turn: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", script],
            env={"STRANGLER_HOME": str(tmp_path), "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(ask, range(4)))

    assert len(keys) == 1


def test_threads_agree_on_one_key(tmp_path: Path) -> None:
    settings = Settings.from_environ({"STRANGLER_HOME": str(tmp_path)})

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: settings.secret_key(), range(64)))

    assert len(keys) == 1


def test_a_home_that_cannot_be_used_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings.from_environ({"STRANGLER_HOME": str(tmp_path / "file")})

    with pytest.raises(SettingError, match=r"^STRANGLER_HOME: .*a writable folder"):
        settings.secret_key()


def test_an_empty_kept_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").touch()
    settings = Settings.from_environ({"STRANGLER_HOME": str(tmp_path)})

    with pytest.raises(SettingError, match=r"^SECRET_KEY: .*0 characters"):
        settings.secret_key()
