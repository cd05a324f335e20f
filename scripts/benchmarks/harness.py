"""lm-evaluation-harness: its own tasks, prompts and metrics on rows at hand, without network."""

import logging
import sys
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import stdev

from scripts.benchmarks import squad
from scripts.benchmarks.code_runs import CodeEval
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

FOLDERS = {"mmlu": "mmlu/default"}  # of a task's definition, where it is not called as the task
SUBJECT = "subject"  # MMLU is a task for each of these
SPLITS = ("training_split", "validation_split", "test_split", "fewshot_split")


def prepare() -> None:
    """The harness, ready to be imported; a Problem where it is not installed.

    It imports a metric that it would fetch from the hub, and a module that transformers 5 no longer has: ours stand in.
    """
    import transformers.data

    try:
        import lm_eval  # noqa: F401
    except ImportError as error:
        raise Problem(f"lm-eval cannot be loaded ({error}). Install it: make .venv/benchmarks.") from error
    scores = types.ModuleType("transformers.data.metrics.squad_metrics")
    scores.compute_exact, scores.compute_f1 = squad.compute_exact, squad.compute_f1
    package = types.ModuleType("transformers.data.metrics")
    package.squad_metrics, transformers.data.metrics = scores, package
    metrics = types.ModuleType("evaluate")
    metrics.load = lambda name: CodeEval()  # HumanEval's code_eval is the one metric that is asked for
    sys.modules |= {module.__name__: module for module in (package, scores, metrics)}


def subject_task(subject: str) -> str:
    return f"mmlu_{subject}"


def overrides(task: str, split: str, rows: Sequence[dict]) -> list[dict]:
    """The harness's task (of MMLU one for each subject) with these rows in place of its dataset's."""
    by_task: dict[str, list[dict]] = {}
    for row in rows:
        by_task.setdefault(subject_task(row[SUBJECT]) if task == "mmlu" else task, []).append(row)
    return [_with_rows(name, split, own) for name, own in sorted(by_task.items())]


def _with_rows(name: str, split: str, rows: Sequence[dict]) -> dict:
    from datasets import Dataset

    held = dict.fromkeys(SPLITS) | {f"{split}_split": split}
    return {"task": name, "custom_dataset": lambda **_: {split: Dataset.from_list(rows)}, **held}


def ask_harness(
    model: object, data: Mapping[str, Sequence[dict]], splits: Mapping[str, str], tokens: int | None
) -> dict[str, dict]:
    """`results` and `samples` of the harness, by its task; `prepare` comes first.

    `tokens`: of an answer, at most; None: the tasks' own bounds.
    """
    import lm_eval
    from lm_eval.tasks import TaskManager

    own = Path(lm_eval.__path__[0], "tasks")  # of its thousands of definitions only these are read
    manager = TaskManager(include_defaults=False, include_path=[own / FOLDERS.get(task, task) for task in data])
    members = [entry for task, rows in data.items() for entry in overrides(task, splits[task], rows)]
    loaded = manager.load([{"group": "table13", "task": members}])
    for task in loaded["tasks"].values():
        task.set_config(key="num_fewshot", value=0)
        if tokens and task.get_config("output_type") == "generate_until":
            task.set_config(key="generation_kwargs", value={"max_gen_toks": tokens}, update=True)
    found = lm_eval.evaluate(
        lm=model,
        task_dict=loaded,
        bootstrap_iters=0,
        log_samples=True,
        confirm_run_unsafe_code=True,  # scripts/benchmarks/code_runs.py
    )
    return {part: {name: found[part][name] for name in loaded["tasks"]} for part in ("results", "samples")}


def pooled(task: str, metric: str, found: Mapping[str, Mapping]) -> dict[str, float | int | None]:
    """`value, stderr, n` of a task's metric; of MMLU pooled over its subjects, weighted by their questions.

    A mean over questions has a standard error; a perplexity has none here.
    """
    names = [name for name in found["results"] if name == task or (task == "mmlu" and name.startswith("mmlu_"))]
    sizes = [len(found["samples"][name]) for name in names]
    values = [_of(found["results"][name], metric) for name in names]
    single = [sample[metric] for name in names for sample in found["samples"][name]]
    error = stdev(single) / len(single) ** 0.5 if len(single) > 1 and isinstance(single[0], int | float) else None
    mean = sum(size * value for size, value in zip(sizes, values, strict=True)) / sum(sizes)
    return {"value": mean, "stderr": error, "n": sum(sizes)}


def _of(results: Mapping[str, object], metric: str) -> float:
    """A metric of the one filter that the task has."""
    return next(value for name, value in results.items() if name.partition(",")[0] == metric)
