"""Events that were stored once can be read forever: a frozen sample of every type and schema ever written.

A file in `samples/` is the data of one event, byte for byte as the log stored it, with every field set to
something other than its default. `SHA256SUMS` beside them holds them still: a sample is never edited, not
even when its class changes. Then the class gets a new schema, an upcaster from the old one, and a sample of
its own.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from attrs import frozen

from tracker.errors import UnknownEventType
from tracker.log import codec

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*.json"))
MEND = (
    "set every field of one event, write codec.encode(event)[2] to tests/log/samples/{0}, and run "
    "`sha256sum {0} >> SHA256SUMS` there"
)


def parts(path: Path) -> tuple[str, int]:
    """`Proposed-1.json` is of type Proposed, schema 1."""
    name, _, schema = path.stem.rpartition("-")
    return name, int(schema)


def stored_as(name: str) -> tuple[str, int]:
    """The type and schema under which an event of this type is stored today, as its samples tell."""
    schemas = [schema for sampled, schema in map(parts, FILES) if sampled == name]
    assert schemas, f"no sample of {name}: " + MEND.format(f"{name}-1.json")
    newest = max(schemas)
    event = codec.decode(name, newest, (SAMPLES / f"{name}-{newest}.json").read_bytes())
    return codec.encode(event)[:2]


@pytest.mark.parametrize("name", sorted(codec.registered()))
def test_every_event_type_has_a_sample_of_the_schema_it_is_stored_in(name: str) -> None:
    """Whoever adds a type, or a schema of one, is told how to add the sample."""
    _, schema = stored_as(name)
    file = f"{name}-{schema}.json"
    assert (SAMPLES / file).exists(), f"no sample of {name}, schema {schema}: " + MEND.format(file)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_read_as_it_was_written(path: Path) -> None:
    """It becomes an event of the class of that name; in today's schema, the very same bytes again."""
    name, schema = parts(path)
    data = path.read_bytes()
    event = codec.decode(name, schema, data)
    assert type(event) is codec.registered()[name]
    if (name, schema) == stored_as(name):
        assert codec.encode(event) == (name, schema, data)


def unset(value: Any, place: str) -> list[str]:
    """The fields inside a value that are at their default or empty."""
    if isinstance(value, tuple):
        found = [] if value else [place]
        return found + [name for part in value for name in unset(part, place)]
    if not attrs.has(type(value)):
        return [] if value not in ("", None) else [place]
    found = []
    for field in attrs.fields(type(value)):
        inner = getattr(value, field.name)
        where = f"{place}.{field.name}"
        found += [where] if field.default is not attrs.NOTHING and inner == field.default else []
        found += unset(inner, where)
    return found


@pytest.mark.parametrize("name", sorted(codec.registered()))
def test_the_newest_sample_sets_every_field(name: str) -> None:
    """A field at its default would not be missed if the codec lost it."""
    _, schema = stored_as(name)
    data = (SAMPLES / f"{name}-{schema}.json").read_bytes()
    assert unset(codec.decode(name, schema, data), name) == []


def test_no_sample_was_edited() -> None:
    """The sums are those of the day on which each sample was added, and no sample is without one."""
    lines = (SAMPLES / "SHA256SUMS").read_text().splitlines()
    kept = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert len(kept) == len(lines), "a sample has two sums"
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FILES}
    changed = [name for name in kept if found.get(name) != kept[name]]
    assert not changed, f"{changed}: a sample is never edited; give the class a new schema and an upcaster"
    assert not set(found) - set(kept), f"{set(found) - set(kept)}: run sha256sum FILE >> SHA256SUMS"


def classes(event_class: type) -> set[type]:
    """An event class and every attrs class inside it."""
    found: set[type] = set()
    waiting: list[Any] = [event_class]
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and attrs.has(kind) and kind not in found:
            found.add(kind)
            waiting += get_type_hints(kind).values()
    return found


def unions(kind: Any) -> list[Any]:
    """The unions inside a type, its own included."""
    inner = [union for part in get_args(kind) for union in unions(part)]
    return [kind, *inner] if get_origin(kind) in (Union, UnionType) else inner


@pytest.mark.parametrize("name", sorted(codec.registered()))
def test_no_event_has_a_private_field_or_a_union_of_classes(name: str) -> None:
    """msgspec drops the one on encode and refuses the other; nothing may be lost on the way to the log."""
    for kind in classes(codec.registered()[name]):
        hints = get_type_hints(kind)
        for field in attrs.fields(kind):
            assert not field.name.startswith("_"), f"{kind.__name__}.{field.name} is private"
            for union in unions(hints[field.name]):
                members = [member for member in get_args(union) if member is not NoneType]
                assert len(members) == 1, f"{kind.__name__}.{field.name} is a union of {members}"


@frozen(kw_only=True)
class Bridged:
    """An event of a test, in its third schema: `name` was `title`, and has been split from `place`."""

    name: str
    place: str


@pytest.fixture
def registry() -> ModuleType:
    """A codec with registries of its own, so that what a test registers is nowhere else."""
    spec = importlib.util.spec_from_file_location("codec_of_a_test", codec.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_upcasters_are_chained_from_any_schema_to_the_newest(registry: ModuleType) -> None:
    """Each takes the JSON object one schema up; an event of any age becomes the class of today."""
    registry.register(Bridged, schema=3)
    registry.upcast("Bridged", 1, lambda old: {"name": old["title"]})
    registry.upcast("Bridged", 2, lambda old: {"name": old["name"], "place": "unknown"})
    today = Bridged(name="Harbour bridge", place="unknown")
    assert registry.decode("Bridged", 1, b'{"title":"Harbour bridge"}') == today
    assert registry.decode("Bridged", 2, b'{"name":"Harbour bridge"}') == today
    assert registry.decode("Bridged", 3, b'{"name":"Harbour bridge","place":"unknown"}') == today
    assert registry.encode(today)[:2] == ("Bridged", 3)
    assert "Bridged" not in codec.registered()


@pytest.mark.parametrize(
    ("name", "schema", "told"),
    [
        ("Bridged", 1, "'Bridged' schema 2"),  # 1 leads to 2, and 2 nowhere
        ("Bridged", 4, "'Bridged' schema 4"),
        ("Tunnelled", 1, "'Tunnelled' schema 1"),
    ],
)
def test_a_missing_step_or_a_newer_schema_is_unknown(
    registry: ModuleType, name: str, schema: int, told: str
) -> None:
    """What no chain leads to was written by another program; it is named, not guessed at."""
    registry.register(Bridged, schema=3)
    registry.upcast("Bridged", 1, lambda old: old)
    with pytest.raises(UnknownEventType, match=told):
        registry.decode(name, schema, b"{}")
