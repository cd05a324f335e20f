"""What people judge of paper B's responses, and the form in which their ratings come in.

- `comfort` (section 2): `item_id, rater, label`, comfortable or not;
- `pairwise` (section 6.3, appendix K): `item_id, rater, criterion, label`: the response shown first wins, ties or
  loses;
- `validity` (appendix H): `dialogue_id, rater, score`, a whole number from 1 to 5.
Raters are called `<group>-<own name>`; nobody is in two groups (B-042).
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scripts.provenance.errors import Problem
from scripts.text.sheets import read_filled

NAME = re.compile(r"([a-z]+[0-9]*)-(\S+)")
WIN, TIE, LOSE = "win", "tie", "lose"
TURNED = {WIN: LOSE, TIE: TIE, LOSE: WIN}


@dataclass(frozen=True)
class Form:
    """The columns of a study's file, and what the last of them may hold."""

    item: str
    answer: str
    answers: tuple[str, ...]
    by_criterion: bool = False

    @property
    def columns(self) -> list[str]:
        return [self.item, "rater", *(["criterion"] if self.by_criterion else []), self.answer]


FORMS = {
    "comfort": Form("item_id", "label", ("comfortable", "not")),
    "pairwise": Form("item_id", "label", (WIN, TIE, LOSE), by_criterion=True),
    "validity": Form("dialogue_id", "score", ("1", "2", "3", "4", "5")),
}
Rated = dict[tuple[str, str, str], str]  # (item, rater, criterion or empty) -> answer


def read_rated(path: str, form: Form, group: str, items: Collection[str], criteria: Collection[str]) -> Rated:
    """The ratings of a file. Every line that cannot be used is a Problem that names the line.

    A missing column, an unknown item, criterion or answer, a rater who is nameless or of another group, a rating that
    stands twice, and a file without ratings: none of them is mended silently.
    """
    lines = read_filled(path, form.columns)
    if not lines:
        raise Problem(f"{path} holds no ratings. Fill in the exported sheet and put it there.")
    found: Rated = {}
    for place, row in lines:
        item, rater, *criterion, answer = (row[name] for name in form.columns)
        if item not in items:
            raise Problem(f"{place}: {item!r} is no {form.item} of the sheet. Take the ids from the exported sheet.")
        if criterion and criterion[0] not in criteria:
            raise Problem(f"{place}: {criterion[0]!r} is no criterion. Take one of {', '.join(criteria)}.")
        own_group, _ = names_of(rater, place)
        if own_group != group:
            raise Problem(f"{place}: {rater} is not of the group {group}, whose ratings these are. Correct it.")
        if answer not in form.answers:
            raise Problem(f"{place}: the {form.answer} {answer!r} is none of {', '.join(form.answers)}. Correct it.")
        key = item, rater, "".join(criterion)
        if key in found:
            raise Problem(f"{place}: {rater} rates {' of '.join([*criterion, item])} twice. Keep one of the two lines.")
        found[key] = answer
    return found


def names_of(rater: str, place: str) -> tuple[str, str]:
    """(group, own name) of a rater; a Problem for a name of another form, which says the place."""
    name = NAME.fullmatch(rater)
    if not name:
        raise Problem(f"{place}: the rater {rater!r} is not called <group>-<name>. Correct it.")
    return name[1], name[2]


def check_complete(rated: Rated, items: Iterable[str], criteria: Collection[str], people: int, per_item: int) -> None:
    """A Problem unless there are as many raters as the config says, over all and for each item and criterion."""
    raters: dict[tuple[str, str], set[str]] = {(item, name): set() for item in items for name in criteria or ("",)}
    for item, rater, criterion in rated:
        raters[item, criterion].add(rater)
    known = {rater for _, rater, _ in rated}
    if len(known) != people:
        raise Problem(
            f"The ratings are of {len(known)} raters, and the config says {people}. Collect the missing ones, take out "
            "those that are too many, or mend eva_human.*.people."
        )
    for (item, criterion), own in raters.items():
        if len(own) != per_item:
            what = f"{criterion} of {item}" if criterion else item
            raise Problem(
                f"{what} was rated by {len(own)} raters, and the config says {per_item}. The sheet names who rates "
                "what: let them finish it, or mend eva_human.*.per_item."
            )


def check_groups(met: Iterable[tuple[str, str, str]]) -> Mapping[str, set[str]]:
    """Raters' own names by group, of (group, own name, place); a person of two groups is a Problem (B-042)."""
    seen: dict[str, tuple[str, str]] = {}
    groups: dict[str, set[str]] = {}
    for group, own, place in met:
        before, where = seen.setdefault(own.casefold(), (group, place))
        if before != group:
            raise Problem(
                f"{place}: {own} rates in group {group} and in group {before} ({where}). Groups of raters do not "
                "overlap: take one of the two out, or tell two people apart by their names."
            )
        groups.setdefault(group, set()).add(own)
    return groups
