"""Feeds texts to an encoder so that a text's result does not depend on the texts beside it.

Floating point sums change with the shape of a matrix product. Each text is therefore always computed in a batch of
`ROWS` rows padded to a length that follows from the text alone; order, shards and repeats then change no digit.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.provenance.errors import Problem
from scripts.text.files import read_json

ROWS = 32  # fixed, not the machine's batch size: see above
_EDGES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)


def open_encoder(folder: str | Path | None, head: str) -> tuple[Any, Any]:
    """Tokenizer and evaluating model of `folder`; `head` names the transformers Auto class.

    A checkpoint may bring its own model code (`auto_map` in its config, as the value detector of paper A's
    footnote does): that code runs, from the folder, hence from the revision that the configuration pins.
    """
    import torch
    import transformers

    own_code = "auto_map" in read_json(config_file(folder))
    transformers.utils.logging.disable_progress_bar()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = getattr(transformers, head).from_pretrained(folder, trust_remote_code=own_code)
    return tokenizer, model.eval().to("cuda" if torch.cuda.is_available() else "cpu", dtype=torch.float32)


def config_file(folder: str | Path | None) -> Path:
    """The config.json of a model folder, or a Problem when there is none."""
    path = Path(folder or "(no folder)") / "config.json"
    if not path.is_file():
        raise Problem(f"{path.parent} is no model folder: config.json is missing. Build or retrieve the model first.")
    return path


def longest_input(tokenizer: Any, model: Any) -> int:
    """Tokens a text is cut to: what tokenizer and position table both allow, 512 at most."""
    positions = getattr(model.config, "max_position_embeddings", _EDGES[-1])
    if model.config.model_type in ("roberta", "xlm-roberta", "mpnet"):
        positions -= 2  # its position numbers start after the padding index
    return min(tokenizer.model_max_length, positions, _EDGES[-1])


def run_encoder(
    tokenizer: Any, model: Any, texts: Sequence[str], longest: int, columns: int, read: Callable[[Any, Any], Any]
) -> Any:
    """Array (len(texts), columns) float32 of `read(model output, attention mask)`; equal texts are computed once."""
    import numpy
    import torch

    places: dict[str, int] = {}
    for text in texts:
        places.setdefault(text, len(places))
    distinct = list(places)
    results = numpy.empty((len(distinct), columns), dtype=numpy.float32)
    with torch.inference_mode():
        for rows, inputs in fixed_batches(tokenizer, distinct, longest):
            inputs = {name: tensor.to(model.device) for name, tensor in inputs.items()}
            found = read(model(**inputs), inputs["attention_mask"])
            results[rows] = found[: len(rows)].reshape(len(rows), columns).float().cpu().numpy()
    return results[[places[text] for text in texts]]


def fixed_batches(tokenizer: Any, texts: Sequence[str], longest: int) -> Iterator[tuple[list[int], dict]]:
    """(row numbers, model inputs of shape (ROWS, edge)); a batch that is not full repeats its first row."""
    import torch

    if not texts:
        return
    tokens = tokenizer(list(texts), truncation=True, max_length=longest, padding=False)["input_ids"]
    by_edge: dict[int, list[int]] = {}
    for row, ids in enumerate(tokens):
        by_edge.setdefault(next(edge for edge in _EDGES if edge >= len(ids)), []).append(row)
    for edge, members in sorted(by_edge.items()):
        edge = min(edge, longest)
        for start in range(0, len(members), ROWS):
            rows = members[start : start + ROWS]
            ids = torch.full((ROWS, edge), tokenizer.pad_token_id, dtype=torch.long)
            mask = torch.zeros((ROWS, edge), dtype=torch.long)
            for place in range(ROWS):
                own = tokens[rows[place] if place < len(rows) else rows[0]]
                ids[place, : len(own)] = torch.tensor(own, dtype=torch.long)
                mask[place, : len(own)] = 1
            yield rows, {"input_ids": ids, "attention_mask": mask}
