"""The codec as a property: whatever an event holds, it comes back, and the same event has the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.log import codec

LEAVES: dict[type, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**64 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False),
    datetime: st.datetimes(timezones=st.just(UTC)),
    NoneType: st.none(),
}


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that an event field may have; a new sort of field needs its line here."""
    if kind in LEAVES:
        return LEAVES[kind]
    if get_origin(kind) in (Union, UnionType):
        return st.one_of(*map(values, get_args(kind)))
    if get_origin(kind) is tuple:
        first, *rest = get_args(kind)
        if rest == [...]:
            return st.lists(values(first), max_size=3).map(tuple)
        return st.tuples(values(first), *map(values, rest))
    assert isinstance(kind, type), kind
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert attrs.has(kind), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in attrs.fields(kind)})


EVENTS = {name: values(event_class) for name, event_class in sorted(codec.registered().items())}


@pytest.mark.parametrize("name", EVENTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_an_event_comes_back_equal_and_in_the_same_bytes(name: str, data: st.DataObject) -> None:
    """Encoding, decoding and encoding again changes nothing, so the chain can cover the bytes."""
    event = data.draw(EVENTS[name])
    stored = codec.encode(event)
    assert stored[0] == name
    again = codec.decode(*stored)
    assert again == event
    assert type(again) is type(event)
    assert codec.encode(again) == stored == codec.encode(event)
