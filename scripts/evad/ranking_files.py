"""The form in which rankings come in: `item_id, annotator, rank1, rank2, rank3, rank4`, the most appropriate first.

An annotator is called `evad<group>-<own name>`. A rank holds a candidate's level (1 to 4) or the code that the rating
pages call it by.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from scripts.provenance.errors import Problem
from scripts.stats.positions import LEVELS
from scripts.text.sheets import read_filled

RANKS = ("rank1", "rank2", "rank3", "rank4")
COLUMNS = ("item_id", "annotator", *RANKS)
_NAME = re.compile(r"evad([1-9]\d*)-(\S+)")

Rankings = dict[str, dict[str, tuple[int, ...]]]  # item -> annotator -> levels, the most appropriate first


def read_rankings(paths: Sequence[str], groups: Mapping[str, int], codes: Mapping[str, dict[str, int]]) -> Rankings:
    """The rankings of all files; `groups` and `codes` (of candidates) are by item. What cannot be used is a Problem.

    A missing column, an unknown item, an unknown candidate, a level that is missing from a ranking or stands in it
    twice, a nameless rater, one of another group than the item's or of two groups, an item that a rater ranks twice:
    none of them is mended silently. Files without rankings are a Problem each.
    """
    found: Rankings = {}
    seen: dict[str, tuple[str, str]] = {}  # own name, in whatever case -> its group, where it was met first
    for path in paths:
        lines = read_filled(path, COLUMNS)
        if not lines:
            raise Problem(f"{path} holds no rankings. Put the file there that the rating page saves, or take it away.")
        for place, row in lines:
            item, annotator, *ranks = (row[name] for name in COLUMNS)
            if item not in groups:
                raise Problem(f"{place}: {item!r} is no item of the rating pages. Were they made from another build?")
            _check_rater(place, annotator, groups[item], seen)
            if annotator in found.setdefault(item, {}):
                raise Problem(f"{place}: {annotator} ranks {item} twice. Keep one of the two lines.")
            found[item][annotator] = _levels(place, item, ranks, codes[item])
    return found


def _check_rater(place: str, annotator: str, group: int, seen: dict[str, tuple[str, str]]) -> None:
    name = _NAME.fullmatch(annotator)
    if not name:
        raise Problem(f"{place}: the rater {annotator!r} is not called evad<group>-<name>. Correct it.")
    before, where = seen.setdefault(name[2].casefold(), (name[1], place))
    if before != name[1]:
        raise Problem(
            f"{place}: {name[2]} rates in group {name[1]} and in group {before} ({where}). A rater belongs to one "
            "group: take one of the two out, or tell two people apart by their names."
        )
    if int(name[1]) != group:
        raise Problem(
            f"{place}: {annotator} ranks an item of group {group}. Each group ranks the items of its own page."
        )


def _levels(place: str, item: str, ranks: Iterable[str], codes: Mapping[str, int]) -> tuple[int, ...]:
    names = codes | {str(level): level for level in LEVELS}
    levels = []
    for column, cell in zip(RANKS, ranks, strict=True):
        if not cell:
            raise Problem(f"{place}: {column} is empty. A ranking names all four candidates.")
        if cell not in names:
            raise Problem(
                f"{place}: {column} {cell!r} is no level and no candidate of {item}. Was the page made from other "
                "candidates?"
            )
        levels.append(names[cell])
    if lacking := [level for level in LEVELS if level not in levels]:
        twice = next(level for level in levels if levels.count(level) > 1)
        raise Problem(
            f"{place}: level {lacking[0]} is missing from the ranking and level {twice} stands in it "
            f"{levels.count(twice)} times. A ranking names each candidate once."
        )
    return tuple(levels)


def check_complete(rankings: Rankings, groups: Mapping[str, int], people: int) -> None:
    """A Problem unless every item has exactly `people` raters, the same ones throughout its group."""
    members: dict[int, set[str]] = {}
    for item, own in rankings.items():
        members.setdefault(groups[item], set()).update(own)
    for group in sorted(set(groups.values())):
        names = members.get(group, set())
        if len(names) != people:
            raise Problem(
                f"Group {group} has {len(names)} raters, and evad.rating.people says {people}. Collect the missing "
                "files, take out those that are too many, or mend the config."
            )
        for item in (item for item, own in groups.items() if own == group):
            if missing := sorted(names - rankings.get(item, {}).keys()):
                raise Problem(
                    f"{item} was ranked by {people - len(missing)} of {people} raters; {', '.join(missing)} did not. "
                    "Let them finish their page and save it again."
                )
