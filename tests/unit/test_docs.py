"""What the documents say of keys, commands and headers is what the code does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import init
from gateway.cli.main import strangler
from gateway.settings import Secret, Settings, allowed, environment_name, keys, load_settings
from gateway.version import __version__

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], key=lambda path: path.as_posix()
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def shown(key: str) -> str:
    value: object = Settings()
    for part in key.split("."):
        value = getattr(value, part)
    if value is None or isinstance(value, Secret) or value == ():
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{', '.join(value)}`" if isinstance(value, tuple) else f"`{value}`"


@pytest.mark.parametrize("key", keys())
def test_the_settings_table_is_the_codes(key: str) -> None:
    start = f"| `{key}` | `{environment_name(key)}` | {shown(key)}{' ' if shown(key) else ''}|"
    rows = [row for row in read("docs/configuration.md").splitlines() if row.startswith(start)]
    assert len(rows) == 1, start
    assert rows[0].removeprefix(start).split("|")[0].strip() == allowed(keys()[key])


def test_the_settings_table_has_no_other_rows() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \|", read("docs/configuration.md"), flags=re.MULTILINE)
    assert rows == list(keys())


def commands(group: click.Command, path: str = "strangler") -> dict[str, click.Command]:
    if not isinstance(group, click.Group):
        return {path: group}
    context = click.Context(group)
    found: dict[str, click.Command] = {}
    for name in group.list_commands(context):
        child = group.get_command(context, name)
        assert child is not None
        found |= commands(child, f"{path} {name}")
    return found


def sections() -> dict[str, str]:
    parts = re.split(r"^## `([^`]+)`$", read("docs/commands.md"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_command_has_its_section_and_no_other() -> None:
    named = [re.sub(r" \[?[A-Z].*", "", title) for title in sections()]
    assert sorted(named) == sorted(commands(strangler))


def test_every_option_and_argument_is_in_its_section_and_no_other() -> None:
    for title, text in sections().items():
        name = re.sub(r" \[?[A-Z].*", "", title)
        command = commands(strangler)[name]
        options = {
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
            if option.startswith("--")
        }
        line = next((line for line in text.splitlines() if line.startswith("`--")), "")
        assert set(re.findall(r"--[a-z-]+", line)) == options, name


def test_every_command_has_a_help_text() -> None:
    for name in commands(strangler):
        done = CliRunner().invoke(strangler, [*name.split()[1:], "--help"])
        assert done.exit_code == 0
        assert len(done.output.splitlines()) > 4, name


def test_every_strangler_command_in_a_document_is_one_of_the_codes() -> None:
    known = {" ".join(name.split()[1:]) for name in commands(strangler)}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for found in re.findall(r"(?:\$ |`|/)strangler ([a-z]+(?: upgrade)?)", text):
            assert found in known, f"{document.name}: strangler {found}"


def test_every_make_target_in_a_document_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"(?:\$ |`)make ([a-z-]+)", text):
            assert target in targets, f"{document.name}: make {target}"


def test_every_link_between_documents_leads_somewhere() -> None:
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.name}: {link}"


def test_every_decision_is_in_the_index() -> None:
    index = read("docs/decisions/README.md")
    for path in (ROOT / "docs" / "decisions").glob("0*.md"):
        assert path.name in index


def test_the_readmes_test_command_is_what_ci_runs() -> None:
    assert "make test " in read("README.md")
    assert "\nmake test\n" in read(".ci/run")
    assert "\nmake check\n" in read(".ci/run")


def test_the_file_that_init_writes_is_valid_also_with_every_line_switched_on(
    tmp_path: Path,
) -> None:
    template = init._TOML
    on = re.sub(r"^# (\w+ = .*)$", r"\1", template, flags=re.MULTILINE)
    assert on.count("=") > template.count("\n#") / 2
    for text in (template, on):
        (tmp_path / "strangler.toml").write_text(text, encoding="utf-8")
        load_settings(tmp_path / "strangler.toml", environment={})
    assert set(tomllib.loads(on)) >= {"app", "legacy", "state", "headers"}


def test_the_changelog_knows_this_version_or_what_is_not_released_yet() -> None:
    changelog = read("CHANGELOG.md")
    assert "## Unreleased" in changelog or f"## {__version__}" in changelog
