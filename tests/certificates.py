"""Certificates for tests, made by openssl: a server on this machine whose certificate was good for a month of 2020."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/index
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
subjectAltName = IP:127.0.0.1,DNS:localhost
basicConstraints = critical,CA:true
"""


def expired_certificate(folder: Path) -> tuple[Path, Path]:
    """Return certificate and key of 127.0.0.1, valid until 1 February 2020, its own authority."""
    folder.mkdir(parents=True, exist_ok=True)
    key, request, made = folder / "private.key", folder / "request.pem", folder / "public.crt"
    (folder / "own.cnf").write_text(_CONFIGURATION.format(folder=folder), "ascii")
    (folder / "index").write_text("", "ascii")
    (folder / "serial").write_text("01\n", "ascii")
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key)]
    _openssl("req", "-new", *new_key, "-subj", "/CN=127.0.0.1", "-out", str(request))
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    files = ["-keyfile", str(key), "-in", str(request), "-out", str(made)]
    _openssl("ca", "-batch", "-notext", "-selfsign", "-config", str(folder / "own.cnf"), *dates, *files)
    return made, key


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
