"""Progress of a training run that outlives its job: whole checkpoints, an orderly end on SIGTERM, and going on.

The front door names the folder (AFFIRM_PROGRESS, scripts/provenance/keep.py) after all that decides the result: inputs
by content, command, code, environment. Below it lies one folder for the kind of machine, whose threads and device
decide how sums are rounded: a run goes on only where it would have gone.
"""

import contextlib
import hashlib
import json
import logging
import math
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from scripts.provenance.errors import Problem
from scripts.training.checkpoints import (
    checkpoints,
    drop,
    drop_torn,
    make_writable,
    mark_whole,
    newest_whole,
    read_mark,
    step_of,
)

log = logging.getLogger(__name__)

_SCHEMA = 2  # raise it when a checkpoint of before cannot be gone on from


@contextlib.contextmanager
def progress_folder(facts: dict[str, object]) -> Iterator[Path]:
    """Where checkpoints go: below $AFFIRM_PROGRESS, or into a folder that ends with the run where it is unset.

    `facts` are what besides the door's key decides the bytes. Torn checkpoints are taken away before and after.
    A place that cannot be written to is a Problem.
    """
    place = os.environ.get("AFFIRM_PROGRESS")
    if not place:
        if is_first():
            log.info("progress is not kept without `--keep` through the front door: a killed run starts anew")
        with tempfile.TemporaryDirectory(prefix="affirm-training-") as name:
            yield Path(name)
        return
    digest = hashlib.sha256(json.dumps([_SCHEMA, facts], sort_keys=True).encode()).hexdigest()
    folder = Path(place, digest[:16])
    if is_first():
        make_writable(folder)
        _drop_older_forms(Path(place))
        drop_torn(folder)
    try:
        yield folder
    finally:
        if is_first():
            drop_torn(folder)


def is_first() -> bool:
    """Whether this process is the only one, or the first of those that train together."""
    return os.environ.get("RANK", "0") == "0"


def _drop_older_forms(place: Path) -> None:
    """Of an artifact's unfinished runs the newest `kept_checkpoints` stay, this one always."""
    newest = int(json.loads(os.environ.get("AFFIRM_OPERATION") or "{}").get("kept_checkpoints", 1))
    os.utime(place)
    forms = sorted(place.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in forms[max(1, newest) :]:
        shutil.rmtree(old, ignore_errors=True)


class Progress:
    """Decides when checkpoints are written, makes them whole, and counts seconds and tokens over all jobs of a run."""

    def __init__(self, folder: Path, minutes: float):
        self.folder, self.minutes = folder, minutes
        self.lasting = bool(os.environ.get("AFFIRM_PROGRESS"))
        self.start = newest_whole(folder, dropping=is_first())
        before = read_mark(self.start) if self.start else {"seconds": 0.0, "tokens": 0}
        self.seconds_before, self.tokens_before = before["seconds"], before["tokens"]
        self.tokens_now = 0
        self.started = self.saved = time.monotonic()
        self.epoch_steps = 0
        self.noticed: list[int] = []

    @property
    def seconds(self) -> float:
        return self.seconds_before + time.monotonic() - self.started

    @property
    def tokens(self) -> int:
        return self.tokens_before + self.tokens_now

    @contextlib.contextmanager
    def noticing(self) -> Iterator[None]:
        """SIGTERM (Slurm's warning) is only noted, to stop at the end of the running step."""
        if not self.lasting:
            yield
            return
        before = signal.signal(signal.SIGTERM, lambda number, frame: self.noticed.append(number))
        try:
            yield
        except RuntimeError as error:  # of PyTorch, which does not say why it could not write
            if "inline_container" in str(error):
                self._write_some()
            raise
        finally:
            signal.signal(signal.SIGTERM, before)

    def _write_some(self) -> None:
        """Fails as PyTorch did, but with the system's reason."""
        with open(self.folder / "checkpoint-0", "wb") as stream:
            stream.write(bytes(1 << 20))

    def due(self, step: int, last: int) -> bool:
        """Whether to write a checkpoint after this step; all processes get the same answer.

        None is written where an epoch ends: its own comes after dev is scored, and without the score nothing could go
        on from it.
        """
        stop = bool(self.noticed)
        timed = self.lasting and time.monotonic() - self.saved >= 60 * self.minutes
        stop, timed = _agreed(stop, timed)
        if stop:
            self.noticed.append(signal.SIGTERM)
        return (stop or timed) and step < last and step % self.epoch_steps != 0

    def keep_whole(self, step: int, best: int | None) -> None:
        """Makes the checkpoint just written count, then deletes those that nothing needs any more."""
        checkpoint = self.folder / f"checkpoint-{step}"
        _agreed(True)  # each process has written its part
        if is_first() and self.lasting:
            mark_whole(checkpoint, {"seconds": round(self.seconds, 3), "tokens": self.tokens})
            for other in self.folder.parent.iterdir():  # of another kind of machine, overtaken now
                if other != self.folder:
                    shutil.rmtree(other, ignore_errors=True)
        if is_first():
            for path in checkpoints(self.folder):
                if step_of(path) not in (step, best):
                    drop(path)
        self.saved = time.monotonic()
        self.stop_if_noticed(step, "is kept")

    def stop_if_noticed(self, step: int, kept: str) -> None:
        if self.noticed:
            raise Problem(
                f"stopped by a signal after step {step}; what was learnt {kept}. Run the same command again to go on."
            )

    def require_finite(self, step: int, numbers: dict[str, float]) -> None:
        """A loss or gradient that is no number is a Problem, before it is written into a checkpoint."""
        for name in ("loss", "grad_norm", "eval_loss"):
            if name in numbers and not math.isfinite(float(numbers[name])):
                left = newest_whole(self.folder, dropping=False)
                kept = f"step {step_of(left)}" if left and self.lasting else "none"
                raise Problem(
                    f"{name} is {numbers[name]} at step {step}; nothing was published (last good checkpoint: {kept}). "
                    "The same command would end here again: lower learning_rate or max_grad_norm, or look at the rows."
                )

    def callback(self):
        """What the trainer calls (transformers)."""
        from transformers import TrainerCallback

        progress = self

        class Callback(TrainerCallback):
            def on_train_begin(self, args, state, control, train_dataloader=None, **_):
                progress.epoch_steps = -(-len(train_dataloader) // args.gradient_accumulation_steps)

            def on_step_end(self, args, state, control, **_):
                if progress.due(state.global_step, state.max_steps):
                    control.should_save = True

            def on_log(self, args, state, control, logs=None, **_):
                progress.require_finite(state.global_step, logs)
                progress.tokens_now = int(logs.get("num_tokens", progress.tokens_now))
                if "loss" in logs and state.global_step % 10 == 0:
                    log.info("step %d of %d: loss %.4f", state.global_step, state.max_steps, logs["loss"])

            def on_prediction_step(self, args, state, control, **_):
                kept = "since the last checkpoint, made at most operation.checkpoint_minutes before, is lost"
                progress.stop_if_noticed(state.global_step, kept)

            def on_evaluate(self, args, state, control, metrics=None, **_):
                progress.require_finite(state.global_step, metrics)

            def on_save(self, args, state, control, **_):
                progress.keep_whole(state.global_step, state.best_global_step)

        return Callback()


def _agreed(*answers: bool) -> tuple[bool, ...]:
    """Each answer, true where any process of the run says so."""
    import torch

    if not torch.distributed.is_initialized():
        return answers
    device = "cuda" if torch.cuda.is_available() else "cpu"
    votes = torch.tensor([float(answer) for answer in answers], device=device)
    torch.distributed.all_reduce(votes, torch.distributed.ReduceOp.MAX)
    return tuple(bool(vote) for vote in votes)
