"""Lock-step generation: a batch of left-padded prompts, one token a row and step, finished rows dropped.

Each row draws from its own generator, seeded by its request's key: with Gumbel noise g,
argmax(logits / T + g) is a draw from softmax(logits / T), so batch size and order do not move a row's text
(up to the rounding of the forward pass). The code is part of a local model's identity: an edit asks anew.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass
class Row:
    """A prompt (token ids) with its sampling; `ids` and `logprobs` (natural, at temperature 1) grow."""

    prompt: list[int]
    seed: int
    temperature: float
    top_p: float
    room: int  # tokens at most
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    stopped: bool = False  # by an end token, not by lack of room


def generate(
    model, rows: list[Row], stops: frozenset[int], pad: int, logprobs: bool, done: Callable[[Row], None]
) -> None:
    """Fills every row and calls `done` as each one ends. End tokens are not kept in `ids`."""
    import torch

    with torch.inference_mode():
        _decode(model, rows, stops, pad, logprobs, done)


def _decode(
    model, rows: list[Row], stops: frozenset[int], pad: int, logprobs: bool, done: Callable[[Row], None]
) -> None:
    import torch
    from transformers import DynamicCache

    device = model.device
    width = max(len(row.prompt) for row in rows)
    ids = torch.tensor([[pad] * (width - len(row.prompt)) + row.prompt for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row.prompt)) + [1] * len(row.prompt) for row in rows], device=device)
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    noise = [torch.Generator(device=device).manual_seed(row.seed) for row in rows]
    cache = DynamicCache(config=model.config)
    live = list(range(len(rows)))  # row behind each line of the batch
    running = set(live)
    while running:
        output = model(
            input_ids=ids,
            attention_mask=mask,
            position_ids=positions,
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits = output.logits[:, -1].float()
        tokens = _draw(logits, [rows[place] for place in live], [noise[place] for place in live])
        chosen = tokens.tolist()
        scores = _logprobs(logits, tokens) if logprobs else None
        for line, place in enumerate(live):
            if place in running:
                row = rows[place]
                row.stopped = chosen[line] in stops
                if not row.stopped:
                    row.ids.append(chosen[line])
                    if scores:
                        row.logprobs.append(scores[line])
                if row.stopped or len(row.ids) >= row.room:
                    running.remove(place)
                    done(row)
        keep = [line for line, place in enumerate(live) if place in running]
        positions = positions[:, -1:] + 1
        ids = tokens[:, None]
        if keep and 2 * len(keep) <= len(live):
            chosen_lines = torch.tensor(keep, device=device)
            cache.batch_select_indices(chosen_lines)
            ids, mask, positions = ids[chosen_lines], mask[chosen_lines], positions[chosen_lines]
            live = [live[line] for line in keep]
        mask = torch.cat([mask, mask.new_ones(len(live), 1)], 1)


def _draw(logits: "torch.Tensor", rows: list[Row], noise: list["torch.Generator"]) -> "torch.Tensor":
    """One token a row; (rows, vocabulary) -> (rows,)."""
    if not any(row.temperature for row in rows):
        return logits.argmax(-1)
    # A greedy row among sampling ones: its logits are left alone and its noise is none.
    temperature = logits.new_tensor([row.temperature or 1.0 for row in rows])[:, None]
    scaled = logits / temperature
    if any(row.top_p < 1.0 for row in rows):
        scaled = _nucleus(scaled, logits.new_tensor([row.top_p if row.temperature else 1.0 for row in rows])[:, None])
    waits = scaled.new_ones(scaled.shape)
    for line, (row, generator) in enumerate(zip(rows, noise, strict=True)):
        if row.temperature:
            waits[line].exponential_(generator=generator)
    return (scaled - waits.log()).argmax(-1)  # -log of an exponential draw is Gumbel noise


def _nucleus(logits: "torch.Tensor", top_p: "torch.Tensor") -> "torch.Tensor":
    """Keeps each row's fewest most probable tokens whose mass reaches `top_p`; the others become -inf."""
    probabilities, order = logits.softmax(-1).sort(dim=-1, descending=True, stable=True)
    before = probabilities.cumsum(-1) - probabilities
    cut = logits.new_zeros(logits.shape).bool().scatter(-1, order, (before >= top_p) & (top_p < 1.0))
    return logits.masked_fill(cut, float("-inf"))


def _logprobs(logits: "torch.Tensor", tokens: "torch.Tensor") -> list[float]:
    """The model's own log-probability of each drawn token (before temperature and nucleus)."""
    picked = logits.gather(-1, tokens[:, None])[:, 0]
    return (picked - logits.logsumexp(-1)).tolist()
