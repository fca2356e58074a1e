"""What is installed is the whole product, and it knows when another package's files stand in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.structure.sources import FLOORS, ROOT, place, project

BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product's wheel, built from a copy of the sources without reaching out."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, source / floor, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("kholuutru.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    subprocess.run([sys.executable, "-c", BUILD, str(folder)], cwd=source, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def environment(wheel: Path, tmp_path: Path) -> Path:
    """An environment with nothing but the wheel; the libraries are those that run this test."""
    root = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root)], check=True)
    _site(root).joinpath("libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return root


def _site(root: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(root), "platbase": str(root)}))


def install(root: Path, wheel: Path) -> None:
    """Install the wheel as pip does."""
    command = [sys.executable, "-m", "pip", "--python", str(root / "bin" / "python"), "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True, capture_output=True)


def run(root: Path, folder: Path, *words: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run the installed command in an empty folder, without this test's environment."""
    here = folder / "here"
    here.mkdir(exist_ok=True)
    given = {"PATH": os.environ["PATH"], "HOME": str(here), "KHOLUUTRU_DATA": str(folder / "DATA")}
    if path:
        given["PYTHONPATH"] = path
    return subprocess.run(
        [str(root / "bin" / "kholuutru"), *words], cwd=here, env=given, capture_output=True, text=True, check=False
    )


def foreign(folder: Path, floor: str) -> Path:
    """Make a package of somebody else that is called like a floor."""
    file = folder / floor / "__init__.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('"""Somebody else\'s package."""\nVERSION = 1\n', "utf-8")
    return file


def test_everything_of_the_floors_is_in_the_wheel(wheel: Path) -> None:
    """No migration, text, table, template or picture is left behind."""
    with zipfile.ZipFile(wheel) as opened:
        packed = set(opened.namelist())
    wanted = {
        place(path)
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted - packed == set()
    assert {name.partition("/")[0] for name in packed} == {
        *FLOORS,
        "kholuutru.py",
        f"kholuutru-{project()['project']['version']}.dist-info",
    }


def test_beside_a_package_of_the_same_name_the_product_runs(environment: Path, wheel: Path, tmp_path: Path) -> None:
    """Installed beside somebody else's `config`, it makes an archive and finds it well."""
    foreign(_site(environment), "config")
    install(environment, wheel)
    made = run(environment, tmp_path, "init")
    assert made.returncode == 0, made.stderr
    assert "quantri" in made.stdout
    examined = run(environment, tmp_path, "doctor", "--json")
    assert examined.returncode == 0, examined.stdout + examined.stderr
    assert "Các tầng mã nạp từ bản cài" in examined.stdout


def test_a_floor_that_is_hidden_is_named(environment: Path, wheel: Path, tmp_path: Path) -> None:
    """Where somebody else's package comes first on the way, the product refuses to run and names the foreign file."""
    install(environment, wheel)
    for floor in FLOORS:
        file = foreign(tmp_path / floor, floor)
        for words in (("doctor",), ("init",)):
            refused = run(environment, tmp_path, *words, path=str(tmp_path / floor))
            assert refused.returncode == 1
            assert refused.stdout == ""
            assert "Traceback" not in refused.stderr
            first, advice = refused.stderr.splitlines()
            assert first.startswith(f"SET-0005: Tầng «{floor}»")
            assert str(file) in first
            assert advice == "Gỡ gói lạ đó, hoặc cài Kho Lưu Trữ vào môi trường riêng."
    assert not (tmp_path / "DATA").exists()


def test_the_refusal_says_what_the_catalogue_says() -> None:
    """The sentence that stands in the start itself is the one of the catalogue."""
    from archive.messages.catalogue import catalogue

    source = (ROOT / "kholuutru.py").read_text("utf-8")
    values: dict[str, str | int] = {"floor": "{foreign[0]}", "place": "{foreign[1]}"}
    assert catalogue().text("SET-0005", "vi", values) in source
    assert catalogue().text("SET-0005", "vi", values, "action") in source
