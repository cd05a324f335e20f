"""One training run, whatever is trained: built, gone on with where it stopped, watched and told about."""

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from scripts.llm.identity import base_identity
from scripts.training.progress import Progress, progress_folder
from scripts.training.report import hide_bars, training_report
from scripts.training.rows import fitting
from scripts.training.settings import checkpoint_minutes, machine
from scripts.training.speed import completions_alone_scored, keep_freed_memory

log = logging.getLogger(__name__)


@contextlib.contextmanager
def trained(
    build: Callable[[Path], object], base: Path, rows: dict[str, tuple[Path, list[dict]]], settings: dict
) -> Iterator:
    """(trainer holding the weights of the best epoch, report) of the run that `build(folder)` sets up on `base`.

    The report names the base by its content, for whoever loads the adapter (require_base). `rows`: file and rows by
    split (train, dev). The trainer's checkpoints are there until the block ends.
    """
    facts, trained_on = machine(settings), {"base": base_identity(base)}
    keep_freed_memory()
    hide_bars()
    with progress_folder(facts) as folder, completions_alone_scored():
        progress = Progress(folder, checkpoint_minutes())
        trainer = build(folder)
        tokenized = {"train": trainer.train_dataset, "dev": trainer.eval_dataset}
        sizes = {
            split: fitting(given, tokenized[split], settings["max_length"], path)
            for split, (path, given) in rows.items()
        }
        trainer.add_callback(progress.callback())
        if progress.start:
            log.info("going on after step %s", progress.start.name.rpartition("-")[2])
        with progress.noticing():
            trainer.train(resume_from_checkpoint=str(progress.start) if progress.start else None)
        yield trainer, trained_on | training_report(trainer, progress, sizes, facts)
