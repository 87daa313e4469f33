"""In which order to fold commitments that hang on each other, and which have to be folded side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def rings(needs: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """The names of `needs` in groups: each group after all that it hangs on, in a stable order.

    A group has several members where each hangs on each by way of others (a strongly connected component,
    after Tarjan); names that `needs` does not have are left out. Iterative: chains may be long.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_names: list[str] = []
    is_open: set[str] = set()
    found: list[tuple[str, ...]] = []

    def enter(name: str) -> tuple[str, Iterator[str]]:
        index[name] = low[name] = len(index)
        open_names.append(name)
        is_open.add(name)
        return name, iter(sorted(other for other in needs[name] if other in needs))

    for start in sorted(needs):
        path = [enter(start)] if start not in index else []
        while path:
            name, others = path[-1]
            for other in others:
                if other not in index:
                    path.append(enter(other))
                    break
                if other in is_open:
                    low[name] = min(low[name], index[other])
            else:
                path.pop()
                if path:
                    above = path[-1][0]
                    low[above] = min(low[above], low[name])
                if low[name] == index[name]:
                    ring = [open_names.pop()]
                    while ring[-1] != name:
                        ring.append(open_names.pop())
                    is_open.difference_update(ring)
                    found.append(tuple(sorted(ring)))
    return found
