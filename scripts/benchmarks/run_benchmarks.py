"""General benchmarks of a model, zero-shot, by lm-evaluation-harness (paper B, section L.2; requirement B-039).

The harness's own tasks, prompts and metrics on the rows of `--data`, one file a task in the dataset's own fields; texts
go in without a chat template, as the harness does by default. HumanEval runs what the model wrote
(scripts/benchmarks/code_runs.py). Writes JSON: by task `metric, value` (as the harness has it), `stderr` (null where it
has none), `n` questions.

python -m scripts -- benchmarks.run_benchmarks --benchmarks resources/benchmarks.csv --tasks hellaswag … --data
hellaswag.jsonl … --base mistral --adapter adapter --tokens 0 --output mistral.json
"""

import argparse
import logging
from collections.abc import Sequence

from scripts.benchmarks.harness import ask_harness, pooled, prepare
from scripts.benchmarks.listed import listed
from scripts.llm.operation import batch
from scripts.provenance.errors import Problem
from scripts.text.files import read_jsonl, write_json

log = logging.getLogger(__name__)


def load(base: str, adapter: str | None) -> object:
    """The harness's model of local weights: on the GPU as saved, on a CPU in single precision."""
    import torch
    from lm_eval.models.huggingface import HFLM

    on_gpu = torch.cuda.is_available()
    return HFLM(
        pretrained=base,
        peft=adapter,
        device="cuda" if on_gpu else "cpu",
        dtype="auto" if on_gpu else "float32",
        batch_size=batch(),
    )


def parse_args(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="General benchmarks of a model.", allow_abbrev=False)
    parser.add_argument("--benchmarks", required=True, help="the list of benchmarks, .csv")
    parser.add_argument("--tasks", required=True, nargs="+")
    parser.add_argument("--data", required=True, nargs="+", help="rows of each task, .jsonl")
    parser.add_argument("--base", required=True, help="folder of the model")
    parser.add_argument("--adapter", help="folder of an adapter on it")
    parser.add_argument("--tokens", required=True, type=int, help="of an answer, at most; 0: the harness's own bounds")
    parser.add_argument("--output", required=True, help=".json")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> None:
    args = parse_args(argv)
    known = listed(args.benchmarks)
    data = {task: read_jsonl(path) for task, path in zip(args.tasks, args.data, strict=True)}
    if empty := [task for task, rows in data.items() if not rows]:
        raise Problem(f"There is no question of {', '.join(empty)}. Build or fetch its rows again.")
    prepare()
    splits = {task: known[task]["split"] for task in data}
    found = ask_harness(load(args.base, args.adapter), data, splits, args.tokens or None)
    scores = {task: {"metric": known[task]["metric"]} | pooled(task, known[task]["metric"], found) for task in data}
    write_json(args.output, scores)
    log.info("%s", scores)


if __name__ == "__main__":
    main()
