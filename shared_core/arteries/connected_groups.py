"""Which of many things belong together, told pair by pair."""

from __future__ import annotations


class Groups:
    """Numbers 0 to count - 1, each alone at first (union-find)."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def root(self, member: int) -> int:
        """The same number for all members of a group."""
        while self._parents[member] != member:
            self._parents[member] = self._parents[self._parents[member]]
            member = self._parents[member]
        return member

    def join(self, one: int, other: int) -> None:
        """Make one group of two; the smaller root stays."""
        first, second = sorted((self.root(one), self.root(other)))
        self._parents[second] = first

    def members(self) -> list[list[int]]:
        """All groups, by their smallest members."""
        groups: dict[int, list[int]] = {}
        for member in range(len(self._parents)):
            groups.setdefault(self.root(member), []).append(member)
        return list(groups.values())
