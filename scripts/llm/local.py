"""Local weights in this process: one base in memory, LoRA adapters switched by role, batched generation.

Meant for tiny models and for machines without a server. Nothing is loaded until an answer is missing from the
journal; only the identities of the weights are computed at once.
"""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.llm.adapters import switch, with_adapters
from scripts.llm.asking import Chat
from scripts.llm.exchange import Ask, Reply, Sampling
from scripts.llm.identity import Identities
from scripts.llm.journal import open_journal
from scripts.llm.operation import batch
from scripts.llm.template import as_said
from scripts.provenance.errors import Problem
from scripts.provenance.signature import code_signature

END_TOKENS = ("<|eot_id|>", "<|im_end|>", "<|end_of_text|>", "<|endoftext|>", "</s>")


def open_local(base: str | Path, adapters: dict[str, Path] | None = None) -> "LocalModel":
    """The checkpoint folder `base` with PEFT folders by role; a Problem when one of them is not there."""
    return LocalModel(Path(base), {name: Path(path) for name, path in (adapters or {}).items()})


class LocalModel:
    """A base and its adapters; `chat` gives each role its own sampling and journal."""

    def __init__(self, base: Path, adapters: dict[str, Path]):
        self.base, self.adapters = base, adapters
        self._identities = Identities(base, adapters, code_signature("scripts/llm/generate.py", None))
        self._model: Any = None
        self._tokenizer: Any = None
        self._stops: frozenset[int] = frozenset()

    def chat(
        self,
        adapter: str | None,
        sampling: Sampling,
        journal: str | Path,
        epoch: int = 0,
        logprobs: bool = False,
    ) -> Chat:
        """A chat with the named adapter, or with the base alone when None."""
        if adapter is not None and adapter not in self.adapters:
            raise Problem(f"{self.base} was opened without the adapter {adapter!r}. Open it with one.")
        return Chat(_Role(self, adapter), sampling, open_journal(journal), epoch, logprobs)

    def identity(self, adapter: str | None) -> str:
        """Equal only for equal weights, tokenizer, chat template and generation code."""
        return self._identities.of(adapter)

    def close(self) -> None:
        """Nothing: the weights leave memory with the job."""

    def render(self, ask: Ask) -> list[int]:
        """The token ids of the chat with the answer's forced beginning."""
        return self._ids(self._text(ask))

    def _text(self, ask: Ask) -> str:
        _, tokenizer = self._load()
        messages = as_said(tokenizer, ask.body["messages"])
        return tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False) + ask.prefix

    def _ids(self, text: str) -> list[int]:
        _, tokenizer = self._load()
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    def answer(self, adapter: str | None, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        """Batches of similar length; each answer is kept as its row ends. Asks with `continuations` are scored."""
        from scripts.llm.generate import Row, generate

        model, tokenizer = self._load()
        if self.adapters:
            switch(model, adapter)
        self._score([ask for ask in asks if "continuations" in ask.body], keep)
        window = model.config.max_position_embeddings
        lines = []
        for ask in asks:
            if "continuations" in ask.body:
                continue
            prompt = self.render(ask)
            room = min(ask.body["max_tokens"], window - len(prompt))
            if room < 1:
                raise Problem(
                    f"Request {ask.id} ({ask.kind}) has {len(prompt)} tokens; {self.base} reads {window}. "
                    "Shorten the history or the prompt."
                )
            seed = int(ask.key[:15], 16)
            lines.append((Row(prompt, seed, ask.body["temperature"], ask.body["top_p"], room), ask))
        lines.sort(key=lambda line: (len(line[0].prompt), line[1].key))  # little padding, in an order of no other cause
        for start in range(0, len(lines), batch()):
            part = lines[start : start + batch()]
            rows = [row for row, _ in part]
            ask_of = {id(row): ask for row, ask in part}

            def done(row: Row, ask_of: dict[int, Ask] = ask_of) -> None:
                keep(ask_of[id(row)], _reply(ask_of[id(row)], row, tokenizer))

            logprobs = any(ask.body.get("logprobs") for _, ask in part)
            base = model.get_base_model() if self.adapters else model
            generate(base, rows, self._stops, tokenizer.pad_token_id or 0, logprobs, done)

    def _score(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        """The log-probability of each of an ask's continuations, from the first token in which any of them differ."""
        from scripts.llm.score import continuation_logprobs

        model, tokenizer = self._load()
        lines = []
        for ask in asks:
            text = self._text(ask)
            whole = [self._ids(text + continuation) for continuation in ask.body["continuations"]]
            # Tokens may join across the border, so the prompt ends where the first of the texts leaves its tokens.
            start = min(_common(self._ids(text), ids) for ids in whole)
            if max(map(len, whole)) > model.config.max_position_embeddings:
                raise Problem(f"Request {ask.id} ({ask.kind}) has more tokens than {self.base} reads. Shorten it.")
            lines.append((whole[0][:start], [ids[start:] for ids in whole], ask))
        lines.sort(key=lambda line: (len(line[0]), line[2].key))
        for place in range(0, len(lines), batch()):
            prompts, continuations, part = zip(*lines[place : place + batch()], strict=True)
            base = model.get_base_model() if self.adapters else model
            found = continuation_logprobs(base, list(prompts), list(continuations), tokenizer.pad_token_id or 0)
            for ask, prompt, scores in zip(part, prompts, found, strict=True):
                named = [[text, round(score, 5)] for text, score in zip(ask.body["continuations"], scores, strict=True)]
                keep(ask, Reply("", "stop", {"prompt_tokens": len(prompt), "completion_tokens": 0}, 0, named))

    def _load(self):
        if self._model is None:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
            from transformers.utils import logging as progress

            progress.disable_progress_bar()  # bars would fill the job's log
            on_gpu = torch.cuda.is_available()
            tokenizer = AutoTokenizer.from_pretrained(self.base, local_files_only=True)
            if not tokenizer.chat_template:
                raise Problem(f"{self.base} has no chat template. Use a chat checkpoint or add chat_template.jinja.")
            model = AutoModelForCausalLM.from_pretrained(
                self.base, dtype=torch.bfloat16 if on_gpu else torch.float32, local_files_only=True
            )
            model = with_adapters(model.to("cuda" if on_gpu else "cpu"), self.base, self.adapters).eval()
            self._stops = _stops(model, tokenizer)
            self._model, self._tokenizer = model, tokenizer
        return self._model, self._tokenizer


class _Role:
    """One adapter of a local model as a backend."""

    name = priced = "local"

    def __init__(self, model: LocalModel, adapter: str | None):
        self.model, self.adapter = model, adapter
        self.identity = model.identity(adapter)

    def answer(self, asks: list[Ask], keep: Callable[[Ask, Reply], None]) -> None:
        self.model.answer(self.adapter, asks, keep)


def _common(first: list[int], second: list[int]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(first), len(second)))


def _stops(model, tokenizer) -> frozenset[int]:
    """Ids of every token that ends a turn, by generation config, tokenizer and the usual chat formats."""
    configured = model.generation_config.eos_token_id
    ids = set(configured if isinstance(configured, list) else [configured]) | {tokenizer.eos_token_id}
    ids |= {tokenizer.get_added_vocab().get(token) for token in END_TOKENS}
    return frozenset(ids - {None})


def _reply(ask: Ask, row, tokenizer) -> Reply:
    text = _decoded(tokenizer, row.ids)
    usage = {"prompt_tokens": len(row.prompt), "completion_tokens": len(row.ids)}
    logprobs = None
    if ask.body.get("logprobs"):
        # Decoded beginnings, so that pieces join to the text also where a character spans tokens.
        ends = [len(_decoded(tokenizer, row.ids[:end]).rstrip("\ufffd")) for end in range(len(row.ids))] + [len(text)]
        pieces = [text[start:end] for start, end in itertools.pairwise(ends)]
        logprobs = [[piece, round(score, 5)] for piece, score in zip(pieces, row.logprobs, strict=True)]
    return Reply(ask.prefix + text, "stop" if row.stopped else "length", usage, 0, logprobs)


def _decoded(tokenizer, ids: list[int]) -> str:
    return tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
