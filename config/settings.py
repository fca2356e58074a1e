"""Settings: read once from `kholuutru.toml` and the environment into frozen values."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from archive.errors import KhoLuuTruError


class SettingsError(KhoLuuTruError):
    """A setting that cannot be used."""


class Secret(str):
    """A text that never shows itself in logs, pages or error messages; `reveal` is the one way to it."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return asterisks."""
        return "***"

    __str__ = __repr__

    def __format__(self, wanted: str) -> str:
        """Return asterisks, however they are to be laid out."""
        return format("***", wanted)

    def reveal(self) -> str:
        """Return the text."""
        return "".join(self)


def _setting(default: Any, vi: str, en: str, choices: tuple[str, ...] = ()) -> Any:  # noqa: ANN401 - a field of any type
    return field(default=default, metadata={"vi": vi, "en": en, "choices": choices})


_APPROVERS = ("leader", "head", "nobody")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; each has a meaning in both languages, shown by `doctor` and the docs."""

    data: Path = _setting(Path("DATA"), "Thư mục dữ liệu", "Data folder")
    database: Secret = _setting(
        Secret(),
        "Địa chỉ cơ sở dữ liệu, vd. postgresql+psycopg://ten:matkhau@may/kho; để trống: SQLite trong thư mục dữ liệu",
        "Database URL, e.g. postgresql+psycopg://name:password@host/archive; empty: SQLite in the data folder",
    )
    database_connections: int = _setting(
        20, "Số kết nối PostgreSQL tối đa của mỗi tiến trình", "Most PostgreSQL connections of each process"
    )
    session_key: Secret = _setting(
        Secret(),
        "Khóa ký cookie dùng chung khi có nhiều máy web; để trống: tự tạo trong thư mục keys",
        "Key that signs cookies, shared by several web machines; empty: made in the folder keys",
    )
    store: str = _setting(
        "",
        "Địa chỉ thùng chứa S3 của kho, vd. https://may:9000/kho; để trống: thư mục store",
        "URL of the store's S3 bucket, e.g. https://host:9000/archive; empty: the folder store",
    )
    staging: str = _setting(
        "",
        "Địa chỉ thùng chứa S3 của tệp chờ xử lý (không khóa); để trống: thư mục staging",
        "URL of the S3 bucket for staged files (without object lock); empty: the folder staging",
    )
    store_region: str = _setting("us-east-1", "Vùng của máy chủ S3", "Region of the S3 server")
    store_access_key: Secret = _setting(Secret(), "Tên khóa truy cập S3", "S3 access key")
    store_secret_key: Secret = _setting(Secret(), "Khóa bí mật S3", "S3 secret key")
    store_lock_mode: str = _setting(
        "GOVERNANCE",
        "Kiểu khóa gói trong S3: GOVERNANCE, hoặc COMPLIANCE (không ai xóa được trước hạn, kể cả tệp mật)",
        "Lock of packages in S3: GOVERNANCE, or COMPLIANCE (nobody can delete before the date, not even a duplicate or"
        " a secret file)",
        ("GOVERNANCE", "COMPLIANCE"),
    )
    index: str = _setting(
        "",
        "Địa chỉ OpenSearch và tên chỉ mục, vd. https://may:9200/kholuutru; để trống: tantivy trong thư mục index",
        "URL of OpenSearch and name of the index, e.g. https://host:9200/kholuutru; empty: tantivy in the folder index",
    )
    index_user: str = _setting("", "Tên người dùng của OpenSearch", "User name at OpenSearch")
    index_password: Secret = _setting(Secret(), "Mật khẩu của OpenSearch", "Password at OpenSearch")
    index_replicas: int = _setting(
        0, "Số bản sao chỉ mục trên các nút OpenSearch khác", "Copies of the index on further OpenSearch nodes"
    )
    scanner: str = _setting(
        "",
        "Địa chỉ clamd: tcp://may:3310 hoặc unix:///run/clamd.ctl; để trống: không quét",
        "Address of clamd: tcp://host:3310 or unix:///run/clamd.ctl; empty: nothing is scanned",
    )
    host: str = _setting("127.0.0.1", "Địa chỉ máy chủ web lắng nghe", "Address that the web server listens on")
    port: int = _setting(8000, "Cổng máy chủ web", "Port of the web server")
    workers: int = _setting(1, "Số tiến trình xử lý nền", "Number of background worker processes")
    worker_threads: int = _setting(2, "Số luồng trong mỗi tiến trình nền", "Threads in each worker process")
    web_threads: int = _setting(32, "Số luồng phục vụ web", "Threads that serve pages")
    secure_cookies: bool = _setting(default=False, vi="Chỉ gửi cookie qua HTTPS", en="Send cookies over HTTPS only")
    approver_of_units: str = _setting(
        "leader",
        "Ai duyệt đợt nộp của đơn vị: lãnh đạo đơn vị (leader), người đứng đầu cơ quan (head), không ai (nobody)",
        "Who approves a transfer of a unit: its leader, the head of the body, nobody",
        _APPROVERS,
    )
    approver_of_contractors: str = _setting(
        "leader",
        "Ai duyệt đợt nộp của nhà thầu số hóa: leader, head hoặc nobody",
        "Who approves a transfer of a digitisation contractor: leader, head or nobody",
        _APPROVERS,
    )
    approver_of_systems: str = _setting(
        "leader",
        "Ai duyệt đợt nộp từ hệ thống khác: leader, head hoặc nobody",
        "Who approves a transfer of another system: leader, head or nobody",
        _APPROVERS,
    )
    staging_days: int = _setting(
        30,
        "Số ngày giữ tệp tạm của đợt nộp đã rút hoặc bị trả lại",
        "Days that files of withdrawn or returned transfers stay staged",
    )
    fence_memory: int = _setting(
        1 << 30,
        "Bộ nhớ tối đa (byte) của tiến trình đọc tệp",
        "Memory limit, bytes, of a process that reads files",
    )
    fence_seconds: int = _setting(
        120, "Thời gian tối đa (giây) đọc một tệp", "Time limit, seconds, for reading one file"
    )
    unpacked_bytes: int = _setting(
        50 << 30, "Dung lượng tối đa (byte) giải nén từ một tệp nén", "Most bytes unpacked from one archive"
    )
    lease_seconds: int = _setting(
        60, "Số giây một việc nền được giữ khi tiến trình chết", "Seconds that work of a dead process stays claimed"
    )
    anchor_minutes: int = _setting(
        10,
        "Số phút giữa hai lần ghi đầu chuỗi nhật ký vào kho",
        "Minutes between two writings of audit heads to the store",
    )
    ledger_minutes: int = _setting(
        10,
        "Số phút giữa hai lần ghi sổ cái vào kho: mất cơ sở dữ liệu thì mất nhiều nhất chừng ấy phút thay đổi",
        "Minutes between two writings of the ledger to the store: most that is lost with the database",
    )
    demonstration: bool = _setting(default=False, vi="Đánh dấu trang là dữ liệu mẫu", en="Mark pages as sample data")

    def __post_init__(self) -> None:
        """Make the data folder's place absolute: processes behind the fence work in folders of their own."""
        object.__setattr__(self, "data", self.data.absolute())

    @property
    def database_url(self) -> str:
        """Return the URL in force."""
        return self.database.reveal() or f"sqlite:///{self.data.absolute() / 'kholuutru.db'}"


def load(environment: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Read the settings: defaults, then the file, then ``KHOLUUTRU_<NAME>`` of the environment.

    A secret may stand in a file of its own, named by ``KHOLUUTRU_<NAME>_FILE``.

    Raises:
        SettingsError: SET-0001 an unknown name, SET-0002 a value of the wrong kind, SET-0008 no TOML,
            SET-0009 a secret's file cannot be read.
    """
    return load_with_sources(environment, file)[0]


def load_with_sources(
    environment: Mapping[str, str] | None = None, file: Path | None = None
) -> tuple[Settings, dict[str, str]]:
    """Read the settings as `load`, and say of each that is not a default where it stands.

    Returns:
        the settings, and by name ``file``, ``environment`` or ``secret_file``.

    Raises:
        SettingsError: see `load`.
    """
    environment = os.environ if environment is None else environment
    file = Path(environment.get("KHOLUUTRU_SETTINGS", "kholuutru.toml")) if file is None else file
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    if file.exists():
        try:
            written = tomllib.loads(file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError("SET-0008", place=str(file), detail=str(error)) from error
        for name, value in written.items():
            if name not in known:
                raise SettingsError("SET-0001", name=name, place=str(file))
            values[name], sources[name] = _convert(name, value, known[name].default), "file"
    for name, setting in known.items():
        text, source = environment.get(f"KHOLUUTRU_{name.upper()}"), "environment"
        secret_file = environment.get(f"KHOLUUTRU_{name.upper()}_FILE")
        if secret_file is not None and isinstance(setting.default, Secret):
            text, source = _read_secret(name, secret_file), "secret_file"
        if text is not None:
            values[name], sources[name] = _convert(name, text, setting.default), source
    for name, value in values.items():
        if (choices := known[name].metadata["choices"]) and value not in choices:
            raise SettingsError("SET-0002", name=name, value=value)
    return Settings(**values), sources


def _read_secret(name: str, file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("SET-0009", name=name, place=file, detail=str(error)) from error


def _convert(name: str, value: Any, default: Any) -> Any:  # noqa: ANN401 - settings are of several types
    # TOML has kinds of its own: a list is no folder, and half a worker is none.
    if not isinstance(value, str) and type(value) is not type(default):
        raise SettingsError("SET-0002", name=name, value="***" if isinstance(default, Secret) else str(value))
    try:
        if isinstance(default, bool):
            words = {"1": True, "true": True, "0": False, "false": False}
            return value if isinstance(value, bool) else words[value.lower()]
        return Path(value) if isinstance(default, Path) else type(default)(value)
    except (KeyError, ValueError) as error:
        raise SettingsError("SET-0002", name=name, value=str(value)) from error


_BESIDE_SETTINGS = frozenset({"SETTINGS", "ACCOUNT", "DRAINING", "LISTENING_ON", "FAULT"})


def unknown_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the ``KHOLUUTRU_…`` variables that mean nothing, each with the one that was perhaps meant, or empty."""
    names = {setting.name.upper() for setting in fields(Settings)} | _BESIDE_SETTINGS
    names |= {f"{s.name.upper()}_FILE" for s in fields(Settings) if isinstance(s.default, Secret)}
    known = {f"KHOLUUTRU_{name}" for name in names}
    unknown = sorted(name for name in environment if name.startswith("KHOLUUTRU_") and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, known, 1, 0.8)), "") for name in unknown}
