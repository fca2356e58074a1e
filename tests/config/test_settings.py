"""Settings: defaults, file, environment; read once, checked, secrets hidden."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Secret, Settings, SettingsError, load, unknown_variables


def write(folder: Path, text: str) -> Path:
    """Return a settings file."""
    path = folder / "kholuutru.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    """Neither file nor environment: everything has a value."""
    assert load({}, tmp_path / "none.toml") == Settings()


def test_the_environment_outweighs_the_file(tmp_path: Path) -> None:
    """A value of the file replaces a default, one of the environment both."""
    file = write(tmp_path, 'port = 9000\nworkers = 3\nhost = "0.0.0.0"\n')
    settings = load({"KHOLUUTRU_PORT": "9001", "PORT": "1", "UNRELATED": "x"}, file)
    assert (settings.port, settings.workers, settings.host) == (9001, 3, "0.0.0.0")  # noqa: S104 - an expected value


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    """Where the file lies can be said."""
    file = write(tmp_path, "workers = 4\n")
    assert load({"KHOLUUTRU_SETTINGS": str(file)}).workers == 4


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("True", True), ("1", True), ("false", False), ("FALSE", False), ("0", False)]
)
def test_yes_and_no_are_read(text: str, value: bool) -> None:  # noqa: FBT001 - an expected value
    """Truth values of the environment are words or digits."""
    assert load({"KHOLUUTRU_SECURE_COOKIES": text}, Path("none.toml")).secure_cookies is value


def test_every_setting_can_come_from_the_environment() -> None:
    """Each setting has its variable, and its value keeps its kind."""
    given_values = {
        f"KHOLUUTRU_{field.name.upper()}": "true" if isinstance(field.default, bool) else str(field.default)
        for field in dataclasses.fields(Settings)
    }
    settings = load(given_values, Path("none.toml"))
    for field in dataclasses.fields(Settings):
        assert type(getattr(settings, field.name)) is type(field.default)


def test_every_setting_is_explained() -> None:
    """Each setting says in Vietnamese and English what it means."""
    for field in dataclasses.fields(Settings):
        assert all(field.metadata[language].strip() == field.metadata[language] != "" for language in ("vi", "en"))


def test_an_unknown_name_is_refused(tmp_path: Path) -> None:
    """A misspelt setting is named with its file instead of silently ignored."""
    file = write(tmp_path, "prot = 9000\n")
    with pytest.raises(SettingsError) as caught:
        load({}, file)
    assert (caught.value.code, caught.value.parameters) == ("SET-0001", {"name": "prot", "place": str(file)})


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "http"), ("workers", "two"), ("secure_cookies", "perhaps"), ("fence_memory", "1 GB"), ("port", "")],
)
def test_a_value_of_the_wrong_kind_is_refused(name: str, value: str, tmp_path: Path) -> None:
    """A value that cannot be used is named, from the environment as from the file."""
    for arguments in (
        ({f"KHOLUUTRU_{name.upper()}": value}, tmp_path / "none.toml"),
        ({}, write(tmp_path, f'{name} = "{value}"\n')),
    ):
        with pytest.raises(SettingsError) as caught:
            load(*arguments)
        assert (caught.value.code, caught.value.parameters) == ("SET-0002", {"name": name, "value": value})


@pytest.mark.parametrize("line", ["secure_cookies = 2", "port = [1]", "data = 5", "port = true", "port = 80.5"])
def test_a_file_with_a_value_of_the_wrong_kind_is_refused(line: str, tmp_path: Path) -> None:
    """TOML knows more kinds of values than settings have."""
    with pytest.raises(SettingsError) as caught:
        load({}, write(tmp_path, line + "\n"))
    assert caught.value.code == "SET-0002"


def test_settings_cannot_be_changed() -> None:
    """What was read once holds for the life of the process."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc] # the point of the test


def test_the_database_lies_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    """Without an address it is a file beside everything else."""
    assert Settings(data=tmp_path).database_url == f"sqlite:///{tmp_path / 'kholuutru.db'}"
    settings = Settings(database=Secret("postgresql+psycopg://db/archive"))
    assert settings.database_url == "postgresql+psycopg://db/archive"


@given(st.text(min_size=1))
def test_a_secret_never_shows_itself(text: str) -> None:
    """In messages and logs a secret is asterisks; only who asks for the text gets it."""
    secret = Secret(text)
    assert repr(secret) == "***"
    assert repr([secret]) == "[***]"
    assert f"{secret} {secret!s} {secret:>4} {secret!r}" == "*** ***  *** ***"
    assert "%s" % secret == "***"  # noqa: UP031 - the old way must not show it either
    assert secret == text
    assert type(secret.reveal()) is str
    assert secret.reveal() == text


def test_a_relative_data_folder_is_where_the_command_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The data folder's place does not depend on where a process works later."""
    monkeypatch.chdir(tmp_path)
    assert load({}, tmp_path / "none.toml").data == tmp_path / "DATA"
    assert load({"KHOLUUTRU_DATA": "kho"}, tmp_path / "none.toml").data == tmp_path / "kho"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """A secret is read from the file that its variable names, without the line's end; a missing file is said."""
    (tmp_path / "key").write_text("hush\n", "utf-8")
    settings = load({"KHOLUUTRU_STORE_SECRET_KEY_FILE": str(tmp_path / "key")}, tmp_path / "none.toml")
    assert settings.store_secret_key == "hush"
    with pytest.raises(SettingsError) as caught:
        load({"KHOLUUTRU_STORE_SECRET_KEY_FILE": str(tmp_path / "nothing")}, tmp_path / "none.toml")
    assert caught.value.code == "SET-0009"


def test_only_secrets_are_read_from_files_of_their_own(tmp_path: Path) -> None:
    """The variable of a file counts for secrets alone."""
    (tmp_path / "port").write_text("1", "utf-8")
    assert load({"KHOLUUTRU_PORT_FILE": str(tmp_path / "port")}, tmp_path / "none.toml") == Settings()


def test_a_secret_of_the_wrong_kind_is_refused_unseen(tmp_path: Path) -> None:
    """A secret written as a number is refused without being quoted."""
    with pytest.raises(SettingsError) as caught:
        load({}, write(tmp_path, "store_secret_key = 12345\n"))
    assert caught.value.parameters == {"name": "store_secret_key", "value": "***"}


def test_a_choice_that_there_is_not_is_refused() -> None:
    """A setting with choices takes one of them."""
    with pytest.raises(SettingsError) as caught:
        load({"KHOLUUTRU_APPROVER_OF_UNITS": "somebody"}, Path("none.toml"))
    assert caught.value.parameters == {"name": "approver_of_units", "value": "somebody"}


def test_a_variable_that_means_nothing_is_named_with_what_was_perhaps_meant() -> None:
    """A misspelt name is found with its proposal, a strange one without; settings and their files mean something."""
    environment = {
        "KHOLUUTRU_STORE_ACCES_KEY": "x",
        "KHOLUUTRU_XYZ": "1",
        "KHOLUUTRU_PORT": "1",
        "KHOLUUTRU_SESSION_KEY_FILE": "x",
        "KHOLUUTRU_PORT_FILE": "x",
        "KHOLUUTRU_SETTINGS": "x",
        "PATH": "x",
    }
    found = unknown_variables(environment)
    assert set(found) == {"KHOLUUTRU_STORE_ACCES_KEY", "KHOLUUTRU_XYZ", "KHOLUUTRU_PORT_FILE"}
    assert found["KHOLUUTRU_STORE_ACCES_KEY"] == "KHOLUUTRU_STORE_ACCESS_KEY"
    assert found["KHOLUUTRU_XYZ"] == ""
