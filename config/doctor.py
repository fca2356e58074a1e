"""`kholuutru doctor`: is everything there, reachable, safe? Each check says what, how it is, what to do."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
import stat
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import URL, Connection, func, select

from archive.audit.models import AuditEvent
from archive.audit.rules import Fault
from archive.certificates import valid_until
from archive.clock import VIETNAM
from archive.database.connection import Database
from archive.database.errors import DatabaseAway
from archive.database.migrate import newest_revision, present_revision
from archive.database.scope import SystemScope
from archive.errors import KhoLuuTruError
from archive.fence.pool import Outcome
from archive.ledger.kinds import Part
from archive.messages.catalogue import catalogue
from archive.staging.ports import StagingKey
from config.buckets import try_lock
from config.house import House, check_floors, open_house
from config.settings import Settings, unknown_variables
from preservation.evidence.services import anchors_of, verify_all
from preservation.ledger.errors import LedgerError
from preservation.ledger.segments import stream_of
from preservation.ledger.services import standings
from preservation.packages.presence import absent_packages, refuse_other_store
from preservation.packages.services import doubt_locks
from preservation.storage.errors import StorageError
from preservation.storage.lock_proof import HARMLESS_TO_LOCKS, Weakness
from search.index.errors import SearchIndexError
from search.index.opensearch_index import OpenSearchIndex
from search.index.services import compare

_LOW_DISK = 5 << 30
_OLD_SIGNATURES = 7  # days
_OLD_BACKUP = 7  # days
_OLDEST_POSTGRESQL = 14
_SKEW_SECONDS, _WORST_SKEW_SECONDS = 5, 60
_WORST_LEDGER_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Examination:
    """One result; `state`: ``ok``, ``warn``, ``bad``, or ``unknown`` when it could not be examined."""

    what: str
    state: Literal["ok", "warn", "bad", "unknown"]
    text: str
    action: str = ""

    def to_plain(self) -> dict[str, Any]:
        """Return the result as JSON types."""
        return asdict(self)


def examine(settings: Settings) -> list[Examination]:
    """Run every check; one that fails itself is *unknown*, never passed over."""
    results = list(_before(settings))
    if any(result.state == "bad" for result in results):
        return results
    try:
        house = open_house(settings)
    except Exception as error:  # noqa: BLE001 - whatever cannot be opened is what the doctor is asked for
        text = f"Không mở được các phần của kho: {error}"
        return [*results, Examination("parts", "bad", text, "Kiểm tra thư mục dữ liệu và quyền.")]
    try:
        for name, check in CHECKS.items():
            results.append(_guarded(name, check, house))
    finally:
        house.close()
    return results


def _guarded(name: str, check: Callable[[House], Examination], house: House) -> Examination:
    try:
        return check(house)
    except KhoLuuTruError as error:
        return Examination(name, "unknown", f"Không kiểm tra được: {error}")
    except Exception as error:  # noqa: BLE001 - a broken part must not hide the other checks
        return Examination(name, "unknown", f"Không kiểm tra được: {type(error).__name__}: {error}")


def _before(settings: Settings) -> Iterator[Examination]:
    try:
        check_floors()
        yield Examination("floors", "ok", "Các tầng mã nạp từ bản cài của Kho Lưu Trữ.")
    except KhoLuuTruError as error:
        yield Examination("floors", "bad", str(error), "Cài vào môi trường riêng.")
    yield _environment(os.environ)
    data = settings.data
    if not data.is_dir():
        yield Examination("data", "bad", f"Chưa có thư mục dữ liệu {data}.", "Chạy «kholuutru init».")
        return
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o077:
        yield Examination("data", "bad", f"Người khác đọc được {data} (quyền {mode:o}).", f"Chạy: chmod 700 {data}")
    else:
        yield Examination("data", "ok", f"Thư mục dữ liệu {data} chỉ chủ sở hữu đọc được.")
    if not settings.database and not (data / "kholuutru.db").exists():
        yield Examination("database", "bad", f"Chưa có cơ sở dữ liệu trong {data}.", "Chạy «kholuutru init».")
        return
    yield _database(settings)


def _environment(environment: Mapping[str, str]) -> Examination:
    unknown = unknown_variables(environment)
    if not unknown:
        return Examination("environment", "ok", "Mọi biến môi trường KHOLUUTRU_… đều có nghĩa.")
    said = [f"{name} (có phải {meant}?)" if meant else name for name, meant in unknown.items()]
    text = f"Biến môi trường không có nghĩa, nên không có tác dụng: {', '.join(said)}."
    return Examination("environment", "warn", text, "Sửa tên hoặc bỏ đi; danh sách ở docs/reference.md.")


def _database(settings: Settings) -> Examination:
    try:
        database = Database(settings.database_url)
    except Exception as error:  # noqa: BLE001 - a URL that no driver understands
        return Examination(
            "database", "bad", f"Địa chỉ cơ sở dữ liệu không dùng được: {error}", "Sửa thiết lập database."
        )
    try:
        # A server's word on whether it lets write is hidden by a transaction that only wants to read.
        engine = database.read_engine if database.is_sqlite else database.write_engine
        with engine.connect() as connection:
            present = present_revision(connection)
            version, encoding = _server_of(connection)
            read_only = bool(version) and connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on"
    except Exception as error:  # noqa: BLE001 - any driver's error means the same here
        if DatabaseAway.because_of(error).code == "GEN-0010":
            return _distrusted(database.url, error)
        return Examination("database", "bad", f"Không mở được cơ sở dữ liệu: {error}", "Kiểm tra địa chỉ và quyền.")
    finally:
        database.dispose()
    return _judged(present, version, encoding, read_only=read_only)


def _judged(present: str | None, version: int, encoding: str, *, read_only: bool) -> Examination:
    """Say whether a database that can be opened can be worked with."""
    if present != newest_revision():
        text = f"Cơ sở dữ liệu ở phiên bản {present}, chương trình cần {newest_revision()}."
        return Examination("database", "bad", text, "Chạy «kholuutru init» để nâng cấp.")
    if encoding != "UTF8":
        text = f"PostgreSQL dùng bảng mã {encoding}."
        return Examination("database", "bad", text, "Tạo cơ sở dữ liệu với bảng mã UTF8.")
    if version and version < _OLDEST_POSTGRESQL:
        text = f"PostgreSQL {version} quá cũ, cần từ {_OLDEST_POSTGRESQL}."
        return Examination("database", "bad", text, "Nâng cấp máy chủ cơ sở dữ liệu.")
    if read_only:
        return _coded("database", DatabaseAway("GEN-0008"))
    server = f" PostgreSQL {version}." if version else ""
    return Examination("database", "ok", f"Cơ sở dữ liệu mở được, phiên bản {present}.{server}")


def _distrusted(url: URL, error: Exception) -> Examination:
    """Say what is wrong with the certificate of the database server, with the date when it has expired."""
    host, port = url.host or "", url.port or 5432
    authorities = url.query.get("sslrootcert")
    trusted = authorities if isinstance(authorities, str) and authorities != "system" else None
    end = valid_until(host, port, authorities=trusted, postgresql=True)
    if end is not None and end < datetime.datetime.now(datetime.UTC):
        text = (
            f"Chứng thư của máy chủ cơ sở dữ liệu {host}:{port} đã hết hạn từ {end.astimezone(VIETNAM):%d/%m/%Y %H:%M}."
        )
        return Examination("database", "bad", text, "Thay chứng thư của PostgreSQL.")
    text = f"Không tin được chứng thư của máy chủ cơ sở dữ liệu {host}:{port}: {getattr(error, 'orig', error)}"
    return Examination("database", "bad", text, "Kiểm tra chứng thư của PostgreSQL, sslmode và sslrootcert.")


def _coded(name: str, error: KhoLuuTruError) -> Examination:
    return Examination(name, "bad", str(error), catalogue().text(error.code, "vi", error.parameters, "action"))


def _server_of(connection: Connection) -> tuple[int, str]:
    """Return major version and encoding of a PostgreSQL server; 0 and UTF8 for SQLite."""
    if connection.dialect.name != "postgresql":
        return 0, "UTF8"
    number = connection.exec_driver_sql("SHOW server_version_num").scalar()
    return int(number or 0) // 10_000, str(connection.exec_driver_sql("SHOW server_encoding").scalar())


def _clock(house: House) -> Examination:
    """Compare this machine's clock with the database server's; several machines must agree on leases and due dates."""
    if house.database.is_sqlite:
        return Examination("clock", "ok", "Một máy, một đồng hồ.")
    with house.database.read_engine.connect() as connection:
        asked = house.database.clock.now()
        there: datetime.datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    skew = abs((there - asked).total_seconds())
    text = f"Đồng hồ máy này lệch {skew:.1f} giây so với máy chủ cơ sở dữ liệu."
    if skew > _WORST_SKEW_SECONDS:
        return Examination("clock", "bad", text, "Bật đồng bộ giờ (NTP) trên mọi máy.")
    if skew > _SKEW_SECONDS:
        return Examination("clock", "warn", text, "Bật đồng bộ giờ (NTP) trên mọi máy.")
    return Examination("clock", "ok", text)


def _disk(house: House) -> Examination:
    free = shutil.disk_usage(house.settings.data).free
    text = f"Còn {free / 1e9:.0f} GB trống."
    if free < _LOW_DISK:
        return Examination("disk", "warn", text, "Thêm dung lượng trước khi nhận đợt nộp mới.")
    return Examination("disk", "ok", text)


def _store(house: House) -> Examination:
    """See that the store is the archive's and has its newest packages; put a probe, read it back, take it away."""
    absent, looked_for = absent_packages(house.database, house.store)
    if absent:
        text = f"Kho thiếu {absent} trong {looked_for} gói mới nhất."
        return Examination("store", "bad", text, "Gắn ổ đĩa của kho, hoặc lấy lại các gói từ bản sao của kho.")
    key, body = f"probe/{uuid.uuid4()}", os.urandom(64)
    house.store.put(key, (body,), length=len(body))
    try:
        same = b"".join(house.store.read(key)) == body
    finally:
        house.store.delete(key)
    if not same:
        return Examination("store", "bad", "Kho trả về nội dung khác với khi ghi.", "Ngừng tiếp nhận, kiểm tra ổ đĩa.")
    if house.store.stat(key) is not None:
        return Examination("store", "bad", "Kho không xóa được tệp thử.", "Kiểm tra quyền của kho.")
    try:
        refuse_other_store(house.database, house.store)
    except StorageError as error:
        return _coded("store", error)
    return Examination("store", "ok", "Kho ghi, đọc lại và xóa đúng.")


def _staging(house: House) -> Examination:
    """Stage a probe, read it back, take it away."""
    key, body = StagingKey(uuid.uuid4(), uuid.uuid4(), 0, 0), os.urandom(64)
    try:
        with house.staging.exclusive(key):
            for _ in house.staging.append(key, 0, (body,)):
                pass
        same = b"".join(house.staging.read(key)) == body
    finally:
        house.staging.delete(key.organization, key.transfer)
    if not same or house.staging.size(key):
        text = "Vùng tạm trả về nội dung khác với khi ghi, hoặc không xóa được."
        return Examination("staging", "bad", text, "Ngừng tiếp nhận, kiểm tra ổ đĩa hoặc máy chủ của vùng tạm.")
    return Examination("staging", "ok", "Vùng tạm ghi, đọc lại và xóa đúng.")


_WEAKNESSES = {
    Weakness.RETENTION_FORGOTTEN: "không ghi nhớ thời hạn giữ",
    Weakness.DELETED: "cho xóa khi chưa hết thời hạn giữ",
    Weakness.SHORTENED: "cho rút ngắn thời hạn giữ",
    Weakness.REPLACED: "làm mất nội dung khi có tệp khác ghi đè",
    Weakness.DELETED_ON_HOLD: "cho xóa khi đang tạm dừng hủy",
}


def _lock(house: House) -> Examination:
    weaknesses = try_lock(house.settings) if house.settings.store else ()
    if serious := [weakness for weakness in weaknesses if weakness not in HARMLESS_TO_LOCKS]:
        doubt_locks(house.database)
        text = "Máy chủ S3 nhận lệnh khóa nhưng không giữ: " + "; ".join(_WEAKNESSES[w] for w in serious) + "."
        return Examination("lock", "bad", text, "Chuyển kho sang máy chủ giữ đúng object lock.")
    key = f"probe/{uuid.uuid4()}"
    house.store.put(key, (b"x",), length=1)
    enforced = house.store.lock(key).enforced_by
    house.store.delete(key)
    if enforced == "product":
        text = "Khóa gói là lời hứa của phần mềm: kho dạng thư mục không tự chặn việc xóa."
        return Examination("lock", "warn", text, "Dùng kho S3 có object lock khi vận hành thật.")
    if weaknesses:
        text = "Kho tự chặn việc xóa gói đang khóa, nhưng không từ chối lần ghi thứ hai cùng khóa (If-None-Match)."
        return Examination("lock", "warn", text, "Nâng cấp máy chủ S3 trước khi chạy kho trên nhiều máy.")
    return Examination("lock", "ok", "Kho tự chặn việc xóa gói đang khóa.")


def _index(house: House) -> Examination:
    try:
        state = compare(house.database, house.index)
        server = None
        if isinstance(house.index, OpenSearchIndex):
            server = house.index.condition()
            house.index.refuse_blocked()
    except SearchIndexError as error:
        return _coded("index", error)
    about = f" {server[0]}, tình trạng {server[1]}." if server else ""
    if not state.agrees:
        text = (
            f"Chỉ mục lệch: {state.waiting} thay đổi đang chờ, thiếu {len(state.missing)}, "
            f"cũ {len(state.stale)}, thừa {len(state.extra)} hồ sơ.{about}"
        )
        action = "Chờ bộ chỉ mục làm xong." if state.waiting else "Chạy «kholuutru index rebuild»."
        return Examination("index", "warn", text, action)
    if server and server[1] != "green":
        action = "Kiểm tra các nút OpenSearch; một nút thì để index_replicas = 0."
        return Examination("index", "warn", f"Chỉ mục khớp, nhưng thiếu bản sao.{about}", action)
    return Examination("index", "ok", f"Chỉ mục khớp với cơ sở dữ liệu.{about}")


def _audit(house: House) -> Examination:
    results = verify_all(house.database, house.store)
    broken = {chain: fault for chain, (_, fault) in results.items() if fault is not None}
    if gone := [chain for chain, fault in broken.items() if fault.fault is Fault.UNANCHORED]:
        text = f"Chuỗi nhật ký {gone[0]} không còn đầu chuỗi nào trong kho để so: không chứng minh được gì."
        return Examination("audit", "bad", text, "Kiểm tra có đúng kho của hệ thống này, có mất đối tượng không.")
    if broken:
        chain, fault = next(iter(broken.items()))
        text = f"Chuỗi nhật ký {chain} sai từ dòng {fault.seq} ({fault.fault})."
        return Examination("audit", "bad", text, "Giữ nguyên hiện trạng và báo người kiểm tra.")
    anchored = sum(1 for chain in results if anchors_of(house.store, chain))
    text = f"{len(results)} chuỗi nhật ký nguyên vẹn, {anchored} chuỗi khớp đầu chuỗi trong kho."
    return Examination("audit", "ok", text)


def _ledger(house: House) -> Examination:
    try:
        found = standings(house.database, house.store)
    except LedgerError as error:
        return _coded("ledger", error)
    for each in found:
        if each.contradicted:
            stream = stream_of(Part.BODY, each.head.chain_id)
            older = LedgerError("LDG-0001", stream=stream, seq=each.reached.seq)
            return _coded("ledger", older)
    waiting = [each.waiting_since for each in found if each.waiting_since is not None]
    if not waiting:
        return Examination("ledger", "ok", f"Sổ cái trong kho đã ghi đủ {len(found)} chuỗi nhật ký.")
    minutes = int((house.database.clock.now() - min(waiting)).total_seconds()) // 60
    text = f"Thay đổi cách đây {minutes} phút chưa có trong sổ cái của kho."
    if minutes <= 2 * house.settings.ledger_minutes:
        return Examination("ledger", "ok", text)
    state: Literal["warn", "bad"] = "warn" if minutes < _WORST_LEDGER_MINUTES else "bad"
    return Examination("ledger", state, text, "Chạy «kholuutru run»; nếu đang chạy, xem lỗi của việc «ledger».")


def reach_out() -> str:
    """Try to leave the fence; what comes back says whether it holds. Runs behind the fence."""
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1).close()
    except PermissionError:
        return "shut"
    except OSError:
        return "open"
    return "open"


def _fence(house: House) -> Examination:
    result = house.fence.run(reach_out)
    if result.outcome is not Outcome.DONE:
        return Examination("fence", "bad", f"Tiến trình đọc tệp không chạy: {result.outcome} {result.detail}".strip())
    if result.value != "shut":
        return Examination(
            "fence", "bad", "Tiến trình đọc tệp vẫn ra được mạng.", "Kiểm tra quyền tạo vùng mạng riêng."
        )
    return Examination("fence", "ok", "Tiến trình đọc tệp chạy riêng, không ra mạng.")


def _scanner(house: House) -> Examination:
    outcome = house.scanner.scan((b"x",), 1)
    if outcome.reason == "no_scanner":
        text = f"Chưa quét mã độc: {outcome.signature}. Tệp nhận vào được ghi «chưa quét»."
        return Examination("scanner", "warn", text, "Cài clamd và đặt thiết lập scanner.")
    if outcome.state != "clean":
        text = f"Máy quét mã độc ở {house.settings.scanner} không quét được tệp thử: {outcome.signature}."
        return Examination("scanner", "bad", text, "Kiểm tra địa chỉ và khởi động clamd.")
    if outcome.signatures_at is None:
        text = f"Máy quét mã độc trả lời nhưng không cho biết ngày của cơ sở mẫu: {outcome.engine}."
        return Examination("scanner", "warn", text, "Kiểm tra freshclam trên máy quét.")
    days = (house.database.clock.now() - outcome.signatures_at).days
    if days > _OLD_SIGNATURES:
        text = f"Cơ sở mẫu mã độc đã cũ {days} ngày: {outcome.engine}."
        return Examination("scanner", "warn", text, "Kiểm tra freshclam trên máy quét.")
    return Examination("scanner", "ok", f"Máy quét mã độc trả lời: {outcome.engine}.")


def _timezone(house: House) -> Examination:
    now = house.database.clock.now()
    offset = now.astimezone(VIETNAM).utcoffset()
    if offset is None or offset.total_seconds() != 7 * 3600:
        return Examination("timezone", "bad", f"Múi giờ Việt Nam tính ra {offset}.", "Cài dữ liệu múi giờ (tzdata).")
    return Examination("timezone", "ok", f"Giờ Việt Nam {now.astimezone(VIETNAM):%d/%m/%Y %H:%M}.")


def _backup(house: House) -> Examination:
    action = "Chạy «kholuutru backup create», rồi chép kho."
    with house.database.read(SystemScope("doctor")) as work:
        last = work.session.scalar(select(func.max(AuditEvent.at)).where(AuditEvent.act == "backup.created"))
    if last is None:
        return Examination("backup", "warn", "Chưa bao giờ sao lưu.", action)
    text = f"Sao lưu gần nhất: {last.astimezone(VIETNAM):%d/%m/%Y %H:%M}."
    if (house.database.clock.now() - last).days > _OLD_BACKUP:
        return Examination("backup", "warn", text, action)
    return Examination("backup", "ok", text)


CHECKS: dict[str, Callable[[House], Examination]] = {
    "disk": _disk,
    "store": _store,
    "lock": _lock,
    "staging": _staging,
    "index": _index,
    "audit": _audit,
    "ledger": _ledger,
    "backup": _backup,
    "fence": _fence,
    "scanner": _scanner,
    "timezone": _timezone,
    "clock": _clock,
}
