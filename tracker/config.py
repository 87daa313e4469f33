"""`config.toml` and the environment, turned into each room's own frozen settings class.

Knows nothing of what the settings mean: a room asks `config.section("policy", PolicySettings)` and gets its
class filled, or a `ConfigError` that names file, table and key. Environment variables of the form
`TRACKER_<SECTION>_<KEY>` override single values, so that secrets need not stand in a file.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import attrs
from attrs import field, frozen

from tracker.errors import ConfigError, UserError, did_you_mean
from tracker.evidence.when import zone_of

T = TypeVar("T")


@frozen
class TrackerSettings:
    """`[tracker]`: what everything else rests on.

    `database` is an SQLAlchemy URL or a path (relative to the config file) of an SQLite file. `zone` is the
    zone that dates without one are meant in. `dossiers` are the files `tracker load` reads by default.
    Without `durable`, an SQLite file may lose its last commits when the power fails (not when a process
    is killed). `quiet_after` is the duration after which a maintain or refrain of which nothing was heard has
    gone quiet; empty: it never does.
    """

    database: str = "tracker.sqlite3"
    zone: str = "UTC"
    dossiers: tuple[str, ...] = ()
    durable: bool = True
    quiet_after: str = ""


@frozen
class Config:
    """The parsed file. `folder` is what its relative paths are relative to; `name` stands in messages."""

    name: str
    folder: Path
    tables: Mapping[str, Any]
    environment: Mapping[str, str]
    # Asked for with every tick of a daemon; a thousand recipients take 20 ms to build.
    _sections: dict[tuple[str, type], tuple[Any, ...]] = field(factory=dict, init=False, eq=False, repr=False)

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str] | None = None) -> Config:
        """Read a config file; raises `ConfigError` where there is none or it is no TOML."""
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as problem:
            raise ConfigError(f"{path}: no such file; `tracker init` makes one") from problem
        except (OSError, UnicodeDecodeError) as problem:
            raise ConfigError(f"{path}: cannot be read: {problem}") from problem
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as problem:
            raise ConfigError(f"{path}: no valid TOML: {problem}") from problem
        env = os.environ if environment is None else environment
        return cls(str(path), path.resolve().parent, tables, env)

    def only(self, *known: str) -> None:
        """Raise `ConfigError` for a top-level table that nobody asks for."""
        for name in self.tables:
            if name not in known:
                raise ConfigError(f"{self.name}: unknown table [{name}]{did_you_mean(name, known)}")

    def section(self, name: str, settings: type[T]) -> T:
        """The table `[name]` as an instance of the attrs class `settings`; defaults where it is missing."""
        table = self.tables.get(name, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{self.name}: [{name}] must be a table")
        given = {}
        for key, hint in _hints(settings).items():
            variable = f"TRACKER_{name.upper()}_{key.upper()}"
            if variable in self.environment:
                place = f"environment variable {variable}"
                given[key] = _from_text(hint, self.environment[variable], place)
        return build(settings, {**table, **given}, f"{self.name}: [{name}]")

    def sections(self, name: str, settings: type[T]) -> tuple[T, ...]:
        """The tables `[[name]]`, in order; the key `name` or `id` of each stands in messages."""
        if (name, settings) in self._sections:
            return self._sections[name, settings]
        tables = self.tables.get(name, [])
        if not isinstance(tables, list):
            raise ConfigError(f"{self.name}: write [[{name}]], with two brackets, once per {name}")
        built = []
        seen: set[str] = set()
        for number, table in enumerate(tables, start=1):
            label = table.get("name") if isinstance(table, dict) else None
            label = label if isinstance(label, str) else f"no. {number}"
            if label in seen:
                raise ConfigError(f"{self.name}: [[{name}]] {label!r} stands there twice")
            seen.add(label)
            built.append(build(settings, table, f"{self.name}: [[{name}]] {label!r}"))
        return self._sections.setdefault((name, settings), tuple(built))

    def path(self, text: str) -> Path:
        """A path of the file, made absolute against the file's folder."""
        return self.folder / Path(text).expanduser()


# The types of fields; worked out once for a kind of table that stands there twenty times.
_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)


def build(settings: type[T], table: object, place: str) -> T:
    """An instance of the attrs class `settings` from a TOML table.

    Raises `ConfigError` that begins with `place` for unknown keys, missing keys, wrong types, and whatever
    the class itself refuses with a ValueError. `REPLACED` of the class says what to write for keys of old.
    """
    if not isinstance(table, dict):
        raise ConfigError(f"{place}: must be a table")
    hints = _hints(settings)
    fields = {f.name: f for f in attrs.fields(settings)}  # type: ignore[arg-type]
    values = {}
    for key, value in table.items():
        if key not in fields:
            mend = getattr(settings, "REPLACED", {}).get(key) or did_you_mean(key, fields)
            raise ConfigError(f"{place}: unknown key {key!r}{mend}")
        values[key] = _typed(hints[key], value, f"{place}: {key}")
    for key, known in fields.items():
        if known.default is attrs.NOTHING and key not in values:
            raise ConfigError(f"{place}: {key!r} is missing")
    try:
        return settings(**values)
    except UserError as problem:
        raise ConfigError(f"{place}: {problem}") from problem
    except (ValueError, TypeError) as problem:
        raise ConfigError(f"{place}: {problem}") from problem


_NAMES = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false"}
_SWITCHES = {"true": True, "1": True, "false": False, "0": False}


def _from_text(hint: Any, text: str, place: str) -> Any:
    """What TOML would have given for the text of an environment variable, where a `hint` is wanted."""
    if get_origin(hint) is tuple:
        raise ConfigError(f"{place}: must be a list, which only the file can hold")
    try:
        if hint is bool:
            return _SWITCHES[text.lower()]
        return hint(text) if hint in (int, float) else text
    except (KeyError, ValueError) as problem:
        raise ConfigError(f"{place}: must be {_NAMES[hint]}, not {text!r}") from problem


def _typed(hint: Any, value: object, place: str) -> Any:
    """`value` as the annotated type; TOML's own type has to be the right one."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _typed(next(t for t in inner if t is not NoneType), value, place)
    if origin is tuple:
        if isinstance(value, str) and inner[0] is str:
            raise ConfigError(f"{place}: must be a list, as in [{value!r}]")
        if not isinstance(value, list):
            raise ConfigError(f"{place}: must be a list")
        return tuple(_typed(inner[0], item, f"{place}, item {i}") for i, item in enumerate(value, 1))
    if origin in (dict, Mapping):
        if not isinstance(value, dict):
            raise ConfigError(f"{place}: must be a table")
        return {key: _typed(inner[1], item, f"{place}.{key}") for key, item in value.items()}
    if attrs.has(hint):
        if isinstance(value, str) and hasattr(hint, "from_text"):
            return _short(hint, value, place)
        return build(hint, value, place)
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as problem:
            words = [str(member.value) for member in hint]
            near = did_you_mean(str(value), words)
            raise ConfigError(f"{place}: {value!r} is none of {', '.join(words)}{near}") from problem
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise ConfigError(f"{place}: must be {_NAMES.get(hint, hint)}, not {value!r}")
    return value


def _short(hint: Any, text: str, place: str) -> object:
    """The short form of a table: a text that says it all."""
    try:
        return hint.from_text(text)
    except ValueError as problem:
        raise ConfigError(f"{place}: {problem}") from problem


def tracker_settings(config: Config) -> TrackerSettings:
    """The section `[tracker]`, its zone checked."""
    settings = config.section("tracker", TrackerSettings)
    try:
        zone_of(settings.zone)
    except UserError as problem:
        raise ConfigError(f"{config.name}: [tracker]: zone: {problem}") from problem
    return settings


def database_url(config: Config) -> str:
    """The URL of the database that `[tracker]` names; a plain path is an SQLite file beside the config."""
    text = tracker_settings(config).database
    if "://" in text:
        return text
    if not text.strip():
        raise ConfigError(f"{config.name}: [tracker]: database must not be empty")
    return f"sqlite:///{config.path(text)}"
