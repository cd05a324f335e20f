"""The graph and the scripts agree: what a rule passes is what its script requires, and nothing has a default."""

import argparse
import importlib
import re

import pytest

from tests.graph.tree import Job

PATH = re.compile(r"(?:results|resources)/[\w./-]+")
# Files that a job may do without; every other option of every script is required.
OPTIONAL = re.compile(
    r"model|adapter|prompt|reference|detector|base|utterances|dialogues|merge|levels|responses|evaevals|types"
)
# Told with the optional files that it is about.
WITH_FILES = {("scoring.collect_level_rows", "group"), ("scoring.check_levels", "group")}
# Commands that people type too: a filter that is not named is not applied. Their rules name every option.
TYPED = {"reddit.ingest_comments", "reddit.ingest_submissions"}


@pytest.fixture(scope="module")
def parsed(jobs) -> list[tuple[Job, argparse.ArgumentParser, argparse.Namespace]]:
    """Every job of the three runs with its script's parser and what that parser makes of the command line."""
    seen, found = [], []
    real = argparse.ArgumentParser.parse_args

    def parse(self, *words, **more):
        seen.append(self)
        self.allow_abbrev = False  # an option has to be spelled out
        return real(self, *words, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "parse_args", parse)
        for job in jobs:
            module = importlib.import_module(f"scripts.{job.rule}")
            try:
                options = module.parse_args(list(job.argv))
            except SystemExit:
                pytest.fail(f"{job.rule} does not take {' '.join(job.argv)}")
            found.append((job, seen[-1], options))
    return found


def actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]


def test_every_command_of_the_graph_is_taken_by_its_script(parsed):
    assert len(parsed) > 200
    assert {job.rule.split(".")[0] for job, _, _ in parsed} >= {"world", "dialogues", "judging", "tables", "audit"}


def test_no_option_has_a_default(parsed):
    for job, parser, _ in parsed:
        for action in actions(parser):
            assert action.default in (None, [], ()), f"{job.rule}: {action.dest} = {action.default!r}"


def test_only_files_that_a_job_may_do_without_are_not_required(parsed):
    loose = {
        (job.rule, action.dest)
        for job, parser, _ in parsed
        for action in actions(parser)
        if not action.required and not OPTIONAL.search(action.dest) and job.rule not in TYPED
    }
    assert loose == WITH_FILES


def test_rules_name_every_option_of_commands_that_people_type(parsed):
    seen = set()
    for job, parser, options in parsed:
        if job.rule in TYPED:
            seen.add(job.rule)
            assert [action.dest for action in actions(parser) if getattr(options, action.dest) is None] == [], job.rule
    assert seen == TYPED


def test_no_option_is_given_twice(parsed):
    for job, _, _ in parsed:
        given = [word.split("=")[0] for word in job.argv if word.startswith("--")]
        assert len(given) == len(set(given)), job.rule


def test_every_path_on_a_command_line_is_a_declared_input_or_output(parsed):
    for job, _, options in parsed:
        declared = (*job.inputs, *job.outputs, getattr(options, "data_dir", ""))
        for word in job.argv:
            for path in PATH.findall(word):
                inside = any(name == path or name.startswith(path.rstrip("/") + "/") for name in declared)
                assert inside, f"{job.rule}: {path} in {word}"


def test_every_declared_input_is_on_the_command_line_or_is_a_gate_or_caption(parsed):
    for job, _, _ in parsed:
        words = set(PATH.findall("\n".join(job.argv))) | set(job.argv)
        for name in job.inputs:
            named = name in words or any(name.startswith(word.rstrip("/") + "/") for word in words)
            unnamed = name.endswith("_gate.json") or name.startswith("resources/captions/")  # its report reads them
            assert named or unnamed, f"{job.rule}: {name}"


def test_every_output_is_on_the_command_line(parsed):
    for job, _, _ in parsed:
        for name in job.outputs:
            assert any(name == word or name.startswith(word.rstrip("/") + "/") for word in job.argv), (job.rule, name)
