"""A text encoder under a head of a few classes: EPITOME's three mechanisms and the levels of emotional validation.

A `pair` reader is EPITOME's bi-encoder (paper B, B-035): the response's word states attend to the seeker's (one head),
what they take is added to them, and the head reads the result. The other reads the response alone (B-023).
Training is in `scripts.classifiers.grading`. A folder holds `encoder/` (with the tokenizer), `seeker/` for a pair,
head.safetensors and reader.json.
"""

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scripts.classifiers.batches import ROWS, fixed_batches
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_json

Texts = Sequence[tuple[str, str]]  # (seeker's text, response); a reader that is no pair never looks at the first
SETTINGS = ("classes", "pair", "pool", "max_length", "dropout")


@functools.cache
def reader_class() -> type:
    """The module; a function, since torch is loaded only where a reader is used."""
    import torch

    class Reader(torch.nn.Module):
        def __init__(self, encoder: Any, seeker: Any, settings: dict) -> None:
            super().__init__()
            width = encoder.config.hidden_size
            self.encoder, self.seeker, self.settings = encoder, seeker, settings
            self.dropout = torch.nn.Dropout(settings["dropout"])
            head = {"dense": torch.nn.Linear(width, width), "out": torch.nn.Linear(width, len(settings["classes"]))}
            if settings["pair"]:
                head |= {name: torch.nn.Linear(width, width) for name in ("query", "key", "value", "mix")}
            self.head = torch.nn.ModuleDict(head)

        def seeker_states(self, inputs: dict) -> Any:
            return self.seeker(**inputs).last_hidden_state

        def forward(self, inputs: dict, states: Any = None, mask: Any = None) -> Any:
            """Logits (rows, classes); `states` and `mask` are the seeker's, for a pair."""
            found = self.encoder(**inputs).last_hidden_state
            if self.settings["pair"]:
                found = found + self.dropout(self.attended(found, states, mask))
            seen = inputs["attention_mask"].unsqueeze(-1).to(found.dtype)
            pooled = found[:, 0] if self.settings["pool"] == "first" else (found * seen).sum(1) / seen.sum(1)
            return self.head["out"](self.dropout(torch.relu(self.head["dense"](self.dropout(pooled)))))

        def attended(self, found: Any, states: Any, mask: Any) -> Any:
            scores = self.head["query"](found) @ self.head["key"](states).transpose(1, 2) / found.shape[-1] ** 0.5
            scores = scores.masked_fill(mask[:, None, :] == 0, torch.finfo(scores.dtype).min)
            return self.head["mix"](scores.softmax(-1) @ self.head["value"](states))

    return Reader


def save_reader(reader: Any, tokenizer: Any, folder: Path) -> None:
    from safetensors.torch import save_file

    reader.encoder.save_pretrained(folder / "encoder")
    tokenizer.save_pretrained(folder / "encoder")
    if reader.settings["pair"]:
        reader.seeker.save_pretrained(folder / "seeker")
    save_file(
        {name: tensor.contiguous() for name, tensor in reader.head.state_dict().items()}, folder / "head.safetensors"
    )
    write_json(folder / "reader.json", reader.settings)


def open_reader(folder: str | Path) -> Callable[[Texts], Any]:
    """A function from texts to an array (n, classes) of probabilities, in the order of reader.json's classes.

    A response (for a pair also a seeker's text) without a word is a Problem: a degree of nothing would be a guess.
    """
    import torch
    import transformers
    from safetensors.torch import load_file

    folder = Path(folder)
    if not (folder / "reader.json").is_file():
        raise Problem(f"{folder} has no reader.json. Build it with the rule that trains it (rules/scoring.smk).")
    transformers.utils.logging.disable_progress_bar()
    settings = read_json(folder / "reader.json")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder / "encoder")
    encoder = transformers.AutoModel.from_pretrained(folder / "encoder")
    seeker = transformers.AutoModel.from_pretrained(folder / "seeker") if settings["pair"] else None
    reader = reader_class()(encoder, seeker, settings)
    reader.head.load_state_dict(load_file(folder / "head.safetensors"))
    reader.to("cuda" if torch.cuda.is_available() else "cpu", dtype=torch.float32)
    return lambda texts: read_grades(reader, tokenizer, texts)


def read_grades(reader: Any, tokenizer: Any, texts: Texts, states: dict | None = None) -> Any:
    """Probabilities (n, classes) float32, each text's own whatever stands beside it; the reader is left evaluating.

    `states` are the seekers' word states where somebody has computed them already.
    """
    import numpy
    import torch

    _no_empty_text(texts, reader.settings["pair"])
    reader.eval()
    longest, results = (
        reader.settings["max_length"],
        numpy.zeros((len(texts), len(reader.settings["classes"])), "float32"),
    )
    asked = dict.fromkeys(seeker for seeker, _ in texts) if reader.settings["pair"] else {}
    with torch.inference_mode():
        states = seeker_states(reader, tokenizer, list(asked)) if states is None else states
        for rows, inputs in fixed_batches(tokenizer, [response for _, response in texts], longest):
            beside = padded([states[texts[row][0]] for row in filled(rows)], longest) if asked else (None, None)
            logits = reader(moved(inputs, reader), *(moved(beside, reader) if asked else beside))
            results[rows] = logits.softmax(-1)[: len(rows)].float().cpu().numpy()
    return results


def seeker_states(reader: Any, tokenizer: Any, texts: Sequence[str]) -> dict[str, Any]:
    """The word states (words, width) of each seeker text, on the CPU."""
    found = {}
    for rows, inputs in fixed_batches(tokenizer, texts, reader.settings["max_length"]):
        states = reader.seeker_states(moved(inputs, reader)).cpu()
        for place, row in enumerate(rows):
            found[texts[row]] = states[place, : int(inputs["attention_mask"][place].sum())].clone()
    return found


def filled(rows: list[int]) -> list[int]:
    """`ROWS` row numbers, the first repeated, as a batch that is not full is filled."""
    return rows + rows[:1] * (ROWS - len(rows))


def padded(states: Sequence[Any], longest: int) -> tuple[Any, Any]:
    """Word states as one tensor (rows, longest, width) and their mask."""
    import torch

    every = torch.zeros(len(states), longest, states[0].shape[1])
    mask = torch.zeros(len(states), longest, dtype=torch.long)
    for row, own in enumerate(states):
        every[row, : len(own)], mask[row, : len(own)] = own, 1
    return every, mask


def moved(tensors: Any, reader: Any) -> Any:
    """The tensors of a mapping or a tuple where the reader is."""
    place = reader.encoder.device
    if isinstance(tensors, dict):
        return {name: tensor.to(place) for name, tensor in tensors.items()}
    return tuple(tensor.to(place) for tensor in tensors)


def _no_empty_text(texts: Texts, pair: bool) -> None:
    for place, (seeker, response) in enumerate(texts):
        if not response.strip() or (pair and not seeker.strip()):
            which = "response" if not response.strip() else "seeker's text"
            raise Problem(f"Text {place + 1} of {len(texts)} to be graded has an empty {which}. Leave such rows out.")
