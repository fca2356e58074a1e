"""A server whose certificate has expired is not spoken to, and everybody is told so, with the date."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

from archive.database.connection import Database
from archive.s3.bucket import Bucket
from config.application import create_application
from config.doctor import examine
from config.settings import Secret
from preservation.storage.errors import StorageError
from preservation.storage.s3 import S3Store
from search.index.errors import ServerSilent
from search.index.opensearch_server import OpenSearchServer
from tests.buckets import bucket_for
from tests.certificates import expired_certificate
from tests.conftest import Archive
from tests.own_servers import servers_of_its_own
from tests.server import free_port
from tests.servers import require

pytestmark = pytest.mark.network
WHEN = "đã hết hạn từ 01/02/2020 07:00"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Certificate and key of a server that this machine trusts, were it not for the date."""
    made = expired_certificate(tmp_path / "certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(made[0]))
    return made


@pytest.fixture
def minio(certificate: tuple[Path, Path], tmp_path: Path) -> Iterator[int]:
    """The port of a real S3 server that speaks TLS with it."""
    require("s3")
    places = tmp_path / "certs"
    places.mkdir()
    for path, name in zip(certificate, ("public.crt", "private.key"), strict=True):
        shutil.copy(path, places / name)
    program = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "kholuutru" / "bin" / "minio"
    port, console = free_port(), free_port()
    ports = ["--address", f"127.0.0.1:{port}", "--console-address", f"127.0.0.1:{console}"]
    process = subprocess.Popen(
        [program, "server", tmp_path / "data", "--quiet", "--certs-dir", places, *ports],
        env={**os.environ, "MINIO_UPDATE": "off"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            break
    yield port
    process.terminate()
    process.wait()


def test_a_store_with_an_expired_certificate_is_not_spoken_to(minio: int, archive: Archive, tmp_path: Path) -> None:
    """Opening the store fails with the date on which the certificate ended, and so says the doctor."""
    address = replace(bucket_for(tmp_path / "x", lock=True, made=False), host="127.0.0.1", port=minio, secure=True)
    with pytest.raises(StorageError, match=WHEN) as caught:
        S3Store(Bucket(address))
    assert (caught.value.code, caught.value.passing) == ("STO-0007", True)
    settings = replace(archive.settings, store=f"https://127.0.0.1:{minio}/kho")
    settings = replace(settings, store_access_key=Secret("a"), store_secret_key=Secret("b"))
    found = examine(settings)[-1]
    assert (found.what, found.state) == ("parts", "bad")
    assert f"chứng thư của 127.0.0.1:{minio} {WHEN}" in found.text


def test_a_search_server_with_an_expired_certificate_is_not_spoken_to(certificate: tuple[Path, Path]) -> None:
    """A question is answered by the code that says that nobody answers, and by the date."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    plain, _ = listening.accept()
                    with plain, context.wrap_socket(plain, server_side=True) as secured:
                        secured.recv(1)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        server = OpenSearchServer(f"https://127.0.0.1:{listening.getsockname()[1]}", seconds=3)
        with pytest.raises(ServerSilent, match=WHEN):
            server.request("GET", "/")
        server.close()
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def postgresql(certificate: tuple[Path, Path]) -> Iterator[str]:
    """The address of a PostgreSQL server that speaks TLS with it, as a client that checks all has it."""
    with servers_of_its_own("postgresql") as servers:
        url = make_url(servers.address("POSTGRESQL"))
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            data = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
            for path, name in zip(certificate, ("server.crt", "server.key"), strict=True):
                (data / name).write_bytes(path.read_bytes())
                (data / name).chmod(0o600)
                os.chown(data / name, data.stat().st_uid, data.stat().st_gid)
            connection.exec_driver_sql("ALTER SYSTEM SET ssl = on")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        checked = url.update_query_dict({"sslmode": "verify-full", "sslrootcert": str(certificate[0])})
        yield checked.render_as_string(hide_password=False)


def test_a_database_with_an_expired_certificate_is_not_spoken_to(postgresql: str, archive: Archive) -> None:
    """The doctor says when the certificate ended; a page says that the server is not to be trusted."""
    settings = replace(archive.settings, database=Secret(postgresql))
    found = examine(settings)[-1]
    assert (found.what, found.state, found.action) == ("database", "bad", "Thay chứng thư của PostgreSQL.")
    assert WHEN in found.text
    archive.house.database.dispose()
    archive.house.database = Database(postgresql)
    face, client = archive.person("archivist"), create_application(archive.house).test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{face.id}/{face.session_mark}"
    answer = client.get("/")
    assert answer.status_code == 503
    assert "GEN-0010" in answer.text
    assert "Chứng thư của máy chủ cơ sở dữ liệu không dùng được" in answer.text
    assert "for-this-test-alone" not in answer.text
