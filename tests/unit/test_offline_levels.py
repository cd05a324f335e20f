"""The offline writer of validation levels and the offline raters: what is planted in them, and that it can be off."""

from pathlib import Path
from statistics import fmean

import pytest

from scripts.evad.rank_as_raters import parse_ranking
from scripts.evad.write_candidates import level_slots
from scripts.llm.offline import respond
from scripts.text.levels import level_said
from scripts.text.lexicon import Lexicon, load_lexicon
from scripts.text.prompts import load_prompt
from scripts.text.taxonomy import load_taxonomy
from tests.unit.test_offline import FOLDERS, HELP, WORLD, changed, null_world

LEVELS = load_taxonomy("resources/taxonomy/levels.yaml")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return changed(load_lexicon(WORLD), malformed=0.0)


def ranking_messages(folder: Path, turns: int, replies: list[str]) -> list[dict]:
    said = [line for n in range(turns) for line in ("help-seeker: I feel stuck.", f"supporter: reply {n}")][:-1]
    shown = [{"letter": letter, "text": text} for letter, text in zip("ABCD", replies, strict=True)]
    history = "\n".join(["help-seeker: I am sad about work.", *said])
    return load_prompt(folder / "B-HUM-RANK.md").messages(levels=LEVELS, history=history, candidates=shown)


def written(folder: Path, lexicon: Lexicon, sample: str = "0") -> list[str]:
    """The offline writer's reply of each level."""
    return [
        respond(
            f"B-L{level['level']}",
            load_prompt(folder / f"B-L{level['level']}.md").messages(**level_slots(level), history=HELP),
            sample,
            lexicon,
        )
        for level in LEVELS
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_writer_of_levels_speaks_at_its_level_about_what_the_help_seeker_said(folder, lexicon):
    for sample in map(str, range(5)):
        replies = written(folder, lexicon, sample)
        assert [level_said(reply, lexicon) for reply in replies] == [1, 2, 3, 4]
        assert all("sad" in reply or "work" in reply for reply in replies)
        assert not any(lexicon.carried(reply) or lexicon.voiced(reply) for reply in replies)


def first_levels(folder: Path, lexicon: Lexicon, turns: int) -> float:
    """The mean level that comes first, over raters; the replies stand in reverse order."""
    replies = written(folder, lexicon)[::-1]
    messages = ranking_messages(folder, turns, replies)
    ranks = [parse_ranking(respond("B-HUM-RANK", messages, str(n), lexicon)) for n in range(60)]
    return fmean(4 - "ABCD".index(rank[0]) for rank in ranks)


@pytest.mark.parametrize("folder", FOLDERS)
def test_raters_hold_a_higher_level_fit_the_later_it_is(folder, lexicon):
    early, middle, late = (first_levels(folder, lexicon, turns) for turns in (1, 3, 5))
    assert early < 1.6 and early + 0.6 < middle < late - 0.6 and late > 3.4


def test_in_the_null_world_raters_hold_one_level_fit_throughout(tmp_path):
    lexicon = changed(null_world(tmp_path), malformed=0.0)
    assert abs(first_levels(FOLDERS[0], lexicon, 1) - first_levels(FOLDERS[0], lexicon, 5)) < 0.5


def test_rater_without_four_replies_is_an_error(lexicon):
    with pytest.raises(ValueError, match="no four replies"):
        respond("B-HUM-RANK", [{"role": "user", "content": "help-seeker: hello"}], "0", lexicon)
