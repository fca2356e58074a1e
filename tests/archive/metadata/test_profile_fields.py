from __future__ import annotations

import tomllib
from collections import Counter
from importlib import resources

import pytest

from archive.messages.rules import Level
from archive.metadata.code_lists import code_lists
from archive.metadata.profiles import FieldType, MetadataProfile, by_name, profiles
from tests.archive.metadata.records import PROFILES, WITH_XML, paths

_PRINTED = {
    "TT05_SIP_HOSO": (18, 21, 18, 19),
    "TT05_SIP_TAILIEU": (5, 21, 18, 19),
    "TT05_AIP_HOSO": (18, 24, 20, 21),
    "TT05_AIP_TAILIEU": (4, 24, 18, 19),
    "TT05_DIP": (7, 21, 18, 19),
}


def test_every_set_of_every_package_is_there_whole() -> None:
    """TT 05/2025 has 352 rows: 20 sets, with what only a printed schema has; each can be asked for by its tag."""
    held = {
        name: tuple(len(profiles()[f"{name}{part}"].fields) for part in ("", "_DOC", "_PIC", "_MEDIA"))
        for name in _PRINTED
    }
    assert held == _PRINTED
    assert sum(map(sum, held.values())) == 352
    for profile in WITH_XML:
        assert [profile.at(field.tag) for field in profile.fields] == list(profile.fields)


@pytest.mark.parametrize("profile", WITH_XML, ids=lambda profile: profile.name)
def test_fields_stand_in_the_order_of_the_skeleton(profile: MetadataProfile) -> None:
    """The order for writing is the skeleton's; what only the schema has comes last; no position stands twice."""
    skeleton = [field.places.get("skeleton", 0) for field in profile.fields]
    written = [place for place in skeleton if place]
    assert written == list(range(1, len(written) + 1))
    assert skeleton == written + [0] * (len(skeleton) - len(written))
    assert [field.number for field in profile.fields if field.written] == [str(place) for place in written]
    schema = sorted(field.places["schema"] for field in profile.fields if "schema" in field.places)
    assert schema == list(range(1, len(schema) + 1))
    # Two tables leave a number out.
    table = sorted(field.places["table"] for field in profile.fields if "table" in field.places)
    assert len(set(table)) == len(table)
    assert table[-1] - len(table) == (1 if profile.name in {"TT05_DIP_MEDIA", "TT05_SIP_HOSO_PIC"} else 0)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_the_facts_of_a_field_agree_with_each_other(profile: MetadataProfile) -> None:
    """Lists exist, yes or no is a list, a date has forms, a condition names a field, an example is given."""
    for path in paths(profile):
        field = profile.at(path)
        assert field.type is FieldType.GROUP or field.example, field.tag
        assert field.citation.startswith(profile.citation), field.tag
        assert {field.code_list, field.suggests} - {""} <= set(code_lists()), field.tag
        assert field.type is not FieldType.BOOLEAN or field.code_list, field.tag
        assert bool(field.forms) is (field.type is FieldType.DATE), field.tag
        assert field.required_if is None or profile.at(field.required_if.tag).code_list, field.tag
        assert not (field.required and field.required_if), field.tag
    assert len(paths(profile)) == len(profile.fields)


def test_one_label_is_said_in_one_way_in_english() -> None:
    """The same tag with the same Vietnamese label has the same English label in every package of TT 05/2025."""
    said: dict[tuple[str, str], set[str]] = {}
    for profile in WITH_XML:
        for field in profile.fields:
            bare = field.label["vi"].replace(" (nếu có)", "").replace("/ ", "/")
            said.setdefault((field.tag, bare), set()).add(field.label["en"])
    assert {key: labels for key, labels in said.items() if len(labels) > 1} == {}


def test_what_lacks_in_data_of_former_time_is_never_an_error() -> None:
    """TT 02/2019 data go on being kept: every field asked for is a warning; NĐ 30's are errors."""
    weights = Counter(
        (profile.standard, field.missing) for profile in PROFILES for field in profile.fields if field.required
    )
    assert ("tt02", Level.ERROR) not in weights
    assert ("nd30", Level.WARNING) not in weights


@pytest.mark.parametrize(
    ("name", "tag", "facts"),
    [
        ("TT05_SIP_HOSO", "confidenceLevel", ("String", 40, False, "Phụ lục III, tr. 215")),
        ("TT05_AIP_HOSO", "confidenceLevel", ("String", 40, True, "Phụ lục I, tr. 73")),
        ("TT05_AIP_HOSO_DOC", "codeNumber", ("String", 11, False, "Phụ lục I, tr. 77")),
        ("TT05_AIP_TAILIEU_DOC", "codeNumber", ("String", 11, True, "Phụ lục II, tr. 149")),
        ("TT05_SIP_TAILIEU", "source", ("Boolean", 1, True, "Phụ lục IV, tr. 268")),
        ("TT05_AIP_TAILIEU", "source", ("String", 100, True, "Phụ lục II, tr. 146")),
        ("TT05_DIP", "researchTopic", ("String", 250, True, "Phụ lục V, tr. 323")),
        ("TT05_DIP_MEDIA", "description", ("String", 500, False, "Phụ lục V, tr. 339")),
    ],
)
def test_each_package_has_its_own_facts(name: str, tag: str, facts: tuple[str, int, bool, str]) -> None:
    """What the annexes print differently for one tag stays different."""
    field = profiles()[name].at(tag)
    citation = f"TT 05/2025/TT-BNV, {facts[3]}"
    assert (field.type, field.length, field.required, field.citation) == (*facts[:3], citation)


def test_dates_have_the_forms_of_their_annex() -> None:
    """Dossiers and documents of an AIP may be dated by month or year, of a SIP and DIP by day alone."""
    three, one = ("DD/MM/YYYY", "MM/YYYY", "YYYY"), ("DD/MM/YYYY",)
    forms = {profile.name: field.forms for profile in WITH_XML for field in profile.fields if field.tag == "issuedDate"}
    assert forms == {
        "TT05_AIP_HOSO_DOC": three,
        "TT05_AIP_TAILIEU_DOC": three,
        "TT05_SIP_HOSO_DOC": one,
        "TT05_SIP_TAILIEU_DOC": one,
        "TT05_DIP_DOC": one,
    }


def test_a_field_inside_a_group_is_told_from_its_namesake() -> None:
    """The addressee's name is not the issuer's, and a field outside the group is not found in it."""
    profile = profiles()["ND30_DOC_OUT"]
    assert profile.at("To.OrganName").number == "13.2"
    assert profile.at("OrganName").number == "7"
    for path in ("To.Subject", "FullName", "Nothing.OrganName"):
        with pytest.raises(KeyError, match="ND30_DOC_OUT has no field"):
            profile.at(path)


def test_two_profiles_of_one_name_are_refused() -> None:
    """A name that stands twice is an error at the start, not a choice."""
    profile = profiles()["TT05_DIP"]
    with pytest.raises(ValueError, match="two profiles are called TT05_DIP"):
        by_name([profile, profile])


def test_no_word_of_the_data_is_misspelt() -> None:
    """Every key in the files of sets, lists and counterparts is one that is read: nothing is said in vain."""
    folder = resources.files("archive.metadata")
    keys: dict[str, set[str]] = {"profiles": set(), "code_lists": set()}
    for name, found in keys.items():
        for entry in folder.joinpath(name).iterdir():
            data = tomllib.loads(entry.read_text("utf-8"))
            found.update(data.keys())
            for row in (*data.get("field", ()), *data.get("entry", ())):
                found.update(f"…{key}" for key in row)
    profile = "name version standard level title citation certainty valid_from valid_to missing xml field"
    field = (
        "number tag also label type length accepted_length warn_above automatic required required_if missing repeatable"
        " code_list suggests forms pattern example rule page places certainty"
    )
    assert keys == {
        "profiles": {*profile.split(), *(f"…{key}" for key in field.split())},
        "code_lists": {
            *["name", "title", "citation", "certainty", "valid_from", "fallback", "reads", "entry"],
            *("…code", "…name", "…also"),
        },
    }
    concepts = tomllib.loads(folder.joinpath("crosswalk.toml").read_text("utf-8"))["concept"]
    assert {key for concept in concepts for key in concept} == {
        *("level", "kind", "into", "nd30", "tt02", "sip", "aip", "dip"),
    }
