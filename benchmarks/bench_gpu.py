"""What training and generating cost on this machine's GPU: an 8B-shaped Llama with random weights, nothing to download.

Run from the repository's root: python -m benchmarks.bench_gpu [--write] [--tiny]   (--write: into benchmarks/README.md)

LoRA SFT, DPO and full fine-tuning run through TRL's trainers with the arguments that our trainings give them
(scripts/training/settings.py), on synthetic chats of known length; no checkpoint is written and nothing evaluated.
Padded is how our trainings run; packed is the same rows put together to full windows. Speed is beside the rate at
which the device multiplies large matrices, by the operations that the model needs (benchmarks/flops.py): neither
padding nor what gradient checkpointing computes again counts. `--tiny` runs all of it in seconds on a CPU.
"""

import argparse
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from benchmarks.flops import Seen, Shape, dpo_step, forward, full_step, lora_step
from benchmarks.gpu_model import (
    Plan,
    chats,
    device,
    dtype,
    forget,
    kernel,
    matrix_rate,
    peak,
    random_model,
    wait,
    word_tokenizer,
)
from benchmarks.measure import machine
from benchmarks.page import renew, table

TINY = {"vocabulary": 128, "width": 64, "inner": 96, "layers": 2, "heads": 4, "key_value_heads": 2}
WARMUP = 2  # steps that do not count
WANTED = 0.5  # of the matrix rate, LoRA SFT, packed


@dataclass(frozen=True)
class Measured:
    """Means over the steps: tokens (padding left out), seconds, operations; `peak` bytes of the device or process."""

    name: str
    tokens: float
    seconds: float
    operations: float
    peak: int

    def cells(self, rate: float) -> list[str]:
        per_second = self.operations / self.seconds
        return [
            self.name,
            f"{self.tokens:,.0f}",
            f"{self.seconds:.3f}",
            f"{self.tokens / self.seconds:,.0f}",
            f"{per_second / 1e12:.3g}",
            f"{per_second / rate:.2%}",
            f"{self.peak / 2**30:.1f}",
        ]


def seen(inputs: dict[str, Any]) -> Seen:
    """What a trainer's batch holds, padding left out; rows of a packed batch begin where positions begin anew."""
    learnt = inputs["labels"] != -100 if "labels" in inputs else inputs["completion_mask"].bool()
    if inputs.get("attention_mask") is not None:
        lengths = inputs["attention_mask"].sum(1)
    else:
        starts = (inputs["position_ids"].flatten() == 0).nonzero().flatten().tolist()
        ends = [*starts[1:], inputs["position_ids"].numel()]
        return Seen(tuple(end - start for start, end in zip(starts, ends, strict=True)), int(learnt.sum()))
    return Seen(tuple(lengths.tolist()), int(learnt.sum()))


def trainer(kind: str, plan: Plan, model, adapter: bool, packing: bool, folder: str):
    """TRL's trainer of one kind as our trainings set it up, without dev rows and checkpoints."""
    from datasets import Dataset, disable_progress_bars
    from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

    from scripts.training.settings import lora_config, trainer_arguments

    disable_progress_bars()
    steps = plan.steps + WARMUP
    arguments = trainer_arguments(plan.settings(), 0, Path(folder)) | {
        "max_steps": steps,
        "eval_strategy": "no",
        "save_strategy": "no",
        "load_best_model_at_end": False,
        "logging_strategy": "no",
    }
    rows = chats(kind, plan.batch * steps * (3 if packing else 1), plan.length)
    given = {
        "model": model,
        "train_dataset": Dataset.from_list(rows),
        "processing_class": word_tokenizer(),
        "peft_config": lora_config(
            {"rank": plan.rank, "alpha": 2 * plan.rank, "dropout": 0.0, "target_modules": "all-linear"}
        )
        if adapter
        else None,
    }
    if kind == "sft":
        return SFTTrainer(args=SFTConfig(**arguments, completion_only_loss=True, packing=packing), **given)
    return DPOTrainer(args=DPOConfig(**arguments, beta=0.1, precompute_ref_log_probs=False), **given)


def timed(made, steps: int) -> tuple[list[Seen], list[float]]:
    """What each of the last `steps` steps read, and its seconds."""
    from transformers import PrinterCallback, TrainerCallback

    read, seconds = [], []
    real = made.training_step

    def training_step(model, inputs, *more):
        read.append(seen(inputs))
        return real(model, inputs, *more)

    class Clock(TrainerCallback):
        def on_step_begin(self, *_, **__):
            wait()
            seconds.append(-time.perf_counter())

        def on_step_end(self, *_, **__):
            wait()
            seconds[-1] += time.perf_counter()

    made.training_step = training_step
    made.remove_callback(PrinterCallback)
    made.add_callback(Clock())
    made.train()
    return read[-steps:], seconds[-steps:]


def training(name: str, kind: str, plan: Plan, adapter: bool, packing: bool = False) -> Measured:
    """One kind of training, from a fresh model."""
    forget()
    with tempfile.TemporaryDirectory() as folder:
        made = trainer(kind, plan, random_model(plan), adapter, packing, folder)
        read, seconds = timed(made, plan.steps)
    if kind == "dpo":
        operations = [dpo_step(plan.shape, batch, plan.rank) for batch in read]
    elif adapter:
        operations = [lora_step(plan.shape, batch, plan.rank) for batch in read]
    else:
        operations = [full_step(plan.shape, batch) for batch in read]
    tokens = [batch.tokens for batch in read]
    return Measured(name, *map(statistics.mean, (tokens, seconds, operations)), peak())


def generating(plan: Plan, count: int, prompt: int, answer: int) -> Measured:
    """Answers in lock step by scripts/llm/generate.py, sampled; reading the prompts is part of it."""
    import torch

    from scripts.llm.generate import Row, generate

    forget()
    model = random_model(plan).eval()
    draw = random.Random(0)
    seconds = []
    for _ in range(3):
        rows = [
            Row([draw.randrange(plan.shape.vocabulary) for _ in range(prompt)], seed, 0.7, 1.0, answer)
            for seed in range(count)
        ]
        wait()
        began = time.perf_counter()
        with torch.no_grad():
            generate(model, rows, frozenset(), 0, False, lambda row: None)
        wait()
        seconds.append(time.perf_counter() - began)
    # All tokens but the last one of an answer are read; the output layer is asked once for each token written.
    read = Seen((prompt + answer - 1,) * count, count * answer)
    name = f"generation, {count} prompts of {prompt}, {answer} tokens each (written ones counted)"
    return Measured(name, count * answer, statistics.median(seconds[1:]), forward(plan.shape, read), peak())


def report(plan: Plan, generation: tuple[int, int, int]) -> str:
    """The section's text."""
    import torch

    rate = matrix_rate(plan)
    found = [
        training("LoRA SFT, padded", "sft", plan, True),
        training("LoRA SFT, packed", "sft", plan, True, packing=True),
        training("LoRA DPO, padded", "dpo", plan, True),
        training("full fine-tuning, padded", "sft", plan, False),
        training("full fine-tuning, packed", "sft", plan, False, packing=True),
        generating(plan, *generation),
    ]
    where = torch.cuda.get_device_name() if device() == "cuda" else f"no GPU: {machine()}"
    shape = ", ".join(f"{field.name.replace('_', ' ')} {getattr(plan.shape, field.name)}" for field in fields(Shape))
    columns = ["", "tokens a step", "seconds a step", "tokens/s", "TFLOP/s", "of the matrix rate", "peak GiB"]
    return f"""
On {where}; torch {torch.__version__}, attention {kernel()}, {str(dtype(plan)).removeprefix("torch.")}, gradient
checkpointing. Llama with random weights: {shape}. Rows of {plan.length // 4} to {plan.length} tokens, half of them
learnt, {plan.batch} a step (packed: windows of {plan.length}), mean of {plan.steps} steps after {WARMUP} more;
adapters of rank {plan.rank} on every projection. Matrix rate: {rate / 1e12:.4g} TFLOP/s ({plan.matrix} x
{plan.matrix}). Wanted: LoRA SFT, packed, at {WANTED:.0%} of it.

{table(columns, [measured.cells(rate) for measured in found])}
"""


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md")
    parser.add_argument("--tiny", action="store_true", help="a tiny model and short rows")
    for field in fields(Shape):
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=int, help=f"{field.default} for Llama-3-8B")
    parser.add_argument("--length", type=int, help="tokens of a row at most")
    parser.add_argument("--batch", type=int, help="rows of a step")
    parser.add_argument("--steps", type=int, help="steps that count")
    return parser.parse_args(argv)


def plan_of(args: argparse.Namespace) -> tuple[Plan, tuple[int, int, int]]:
    """The plan of a command line, and (rows, prompt, answer) of the generation."""
    sizes = {**(TINY if args.tiny else {})}
    sizes |= {field.name: given for field in fields(Shape) if (given := getattr(args, field.name)) is not None}
    length, batch, steps, matrix = (64, 4, 2, 256) if args.tiny else (2048, 8, 8, 8192)
    plan = Plan(
        shape=Shape(**sizes),
        length=args.length or length,
        batch=args.batch or batch,
        steps=args.steps or steps,
        rank=8,
        precision="fp32" if args.tiny else "bf16",
        matrix=matrix,
    )
    return plan, (4, 16, 8) if args.tiny else (32, 1024, 128)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    if device() == "cpu" and not args.tiny:
        raise SystemExit("bench_gpu: no GPU is visible here. Run it where one is, or try it with --tiny.")
    text = report(*plan_of(args))
    print(text)
    if args.write:
        renew("bench-gpu", "A GPU", text)


if __name__ == "__main__":
    main()
