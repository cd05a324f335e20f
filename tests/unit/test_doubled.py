"""A config in which a key or a row stands twice is refused before anything starts."""

import copy
from pathlib import Path

import pytest

from scripts.config.doubled import refuse_doubled_keys
from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.provenance.errors import Problem

PAPER = read_run("paper", Path())


def test_the_shipped_files_have_no_key_twice():
    refuse_doubled_keys(["config.yaml", "resources/demo.yaml", "resources/laptop.yaml"])


def test_a_key_that_stands_twice_is_told_with_its_lines(tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("systems:\n  gpt: {supporter: gpt4o}\n  llama: {}\n  gpt: {supporter: llama}\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"c\.yaml: systems\.gpt in lines 2 and 4\. Take one away"):
        refuse_doubled_keys([file])


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda c: c["select"]["systems"].append("gpt"), "select.systems[9] = 'gpt': stands twice"),
        (
            lambda c: (
                c["systems"].update(again=copy.deepcopy(c["systems"]["gpt"])),
                c["select"]["systems"].append("again"),
            ),
            "select.systems[9] = 'again': has category, label and grid point of gpt",
        ),
        (lambda c: c["systems"].update({"my/ne": c["systems"]["gpt"]}), "systems.my/ne: expected a name of letters"),
        (
            lambda c: c["systems"]["llama"].update(supporter="emollama"),
            "expected an entry of models that supporters speak from (all local ones share the base llama)",
        ),
    ],
)
def test_rows_and_names_that_no_table_can_hold_are_told(edit, told):
    config = copy.deepcopy(PAPER)
    edit(config)
    with pytest.raises(Problem) as caught:
        load_config(config)
    assert told in str(caught.value)
