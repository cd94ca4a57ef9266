from __future__ import annotations

import logging
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.settings import Secret, Settings, environment_name, keys, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "strangler.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_and_an_environment_the_defaults_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings(environment={}) == Settings()
    assert load_settings(environment={}).state_url == "sqlite:///var/strangler.db"


def test_arguments_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'port = 1\nworkers = 2\nhost = "::1"\n[legacy]\nthreads = 3\n')
    settings = load_settings(
        file,
        environment={"STRANGLER_WORKERS": "4", "PORT": "5"},
        arguments={"port": 6, "host": None},
    )
    assert (settings.port, settings.workers, settings.host) == (6, 4, "::1")
    assert settings.legacy.threads == 3


def test_every_key_has_its_variable(tmp_path: Path) -> None:
    values = {
        "home": "elsewhere",
        "app": "a:b",
        "host": "::1",
        "port": "9",
        "workers": "3",
        "single_host": "true",
        "trusted_proxies": "10.0.0.1, 10.0.0.2",
        "legacy.app": "c:d",
        "legacy.threads": "7",
        "legacy.transparent_middleware": "x:Y",
        "ported.dispatch": "scan",
        "state.url": "sqlite:///x.db",
        "state.poll_interval": "1.5",
        "headers.served_by": "false",
        "headers.request_id": "0",
        "admin.token": "hush",
        "log.level": "debug",
        "log.access": "1",
    }
    assert set(values) == set(keys())
    settings = load_settings(
        written(tmp_path, ""),
        environment={environment_name(key): value for key, value in values.items()},
    )
    assert settings.home == Path("elsewhere")
    assert settings.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.headers.served_by is False
    assert settings.headers.request_id is False
    assert settings.state_url == "sqlite:///x.db"
    assert settings.admin.token is not None
    assert settings.admin.token.reveal() == "hush"


def test_the_variables_with_fixed_names() -> None:
    assert environment_name("port") == "PORT"
    assert environment_name("home") == "STRANGLER_HOME"
    assert environment_name("workers") == "STRANGLER_WORKERS"
    assert environment_name("state.url") == "STRANGLER_STATE_URL"
    assert environment_name("admin.token") == "STRANGLER_ADMIN_TOKEN"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrokers = 2", "unknown key 'wrokers' (did you mean workers?); allowed: admin.token, app"),
        ("[legacy]\nap = 'x'", "unknown key 'legacy.ap' (did you mean legacy.app?)"),
        ("[nonsense]\nx = 1", "unknown key 'nonsense'; allowed: "),
        ("workers = 0", "workers = 0 is not allowed; allowed: a whole number from 1 to 256"),
        ("workers = 'many'", "workers = 'many' is not allowed; allowed: a whole number from 1"),
        ("workers = [1]", "workers = [1] is not allowed"),
        ("legacy = 'app:app'", "unknown key 'legacy'"),
        ("[log]\nlevel = 'loud'", "log.level = 'loud' is not allowed; allowed: debug, info"),
        ("[ported]\ndispatch = 'fast'", "allowed: direct, scan"),
        ("[headers]\nserved_by = 'maybe'", "allowed: true, false"),
        ("trusted_proxies = [1]", "trusted_proxies = [1] is not allowed; allowed: a list of texts"),
        ("[state]\npoll_interval = 0", "allowed: a number from 0.05 to 60"),
        ("home = 3", "home = 3 is not allowed; allowed: a text"),
        ("port = ", "is not valid TOML"),
    ],
)
def test_a_bad_file_is_one_line_with_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_settings(written(tmp_path, text), environment={})
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_bad_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^PORT: port = 'x' is not allowed"):
        load_settings(written(tmp_path, ""), environment={"PORT": "x"})


def test_a_bad_argument_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^--workers: workers = 0 is not allowed"):
        load_settings(written(tmp_path, ""), environment={}, arguments={"workers": 0})


def test_a_secret_is_in_no_error_and_in_no_representation(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        load_settings(written(tmp_path, "[admin]\ntoken = 12345"), environment={})
    assert "12345" not in str(error.value)
    settings = load_settings(
        written(tmp_path, ""),
        environment={
            "STRANGLER_ADMIN_TOKEN": "hush",
            "STRANGLER_STATE_URL": "mysql://u:hush@db/x",
        },
    )
    assert "hush" not in repr(settings)
    assert "hush" not in str(Secret("hush"))


def test_unknown_variables_only_warn(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    environment = {"STRANGLER_PORT": "tcp://10.0.0.1:8000", "STRANGLER_SERVICE_HOST": "10.0.0.1"}
    with caplog.at_level(logging.WARNING):
        settings = load_settings(written(tmp_path, ""), environment=environment)
    assert settings.port == 8000
    assert "STRANGLER_PORT is not a setting" in caplog.text


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        load_settings(tmp_path / "none.toml", environment={})


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / "strangler.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(path, environment={})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Settings().port = 1  # type: ignore[misc] # that is the point
