"""The models that speak in a simulated dialogue, opened once a job."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

from scripts.classifiers.sentiment import Scorer, open_sentiment
from scripts.dialogues.scoring import shared_scorer
from scripts.llm.chat import Chat, Sampling, journal_path, open_remote
from scripts.llm.local import LocalModel
from scripts.llm.operation import batch, concurrency
from scripts.llm.serve import ServedModel
from scripts.llm.weights import BACKENDS, open_weights
from scripts.text.dialogue import transcript
from scripts.text.files import read_json
from scripts.text.prompts import Prompt, load_prompt
from scripts.text.taxonomy import load_taxonomy

INSTEAD = ("none", "next_strategy", "others_experience")  # none: self-disclosures stay


@dataclass(frozen=True)
class Roles:
    """Everything a turn needs; `detector` and `reference` are None for the plain form and the variants without them.

    `rephrase` rewrites self-disclosures; `ranks` says that the next most probable strategy takes their place.
    """

    system: str
    supporter: Chat
    supporter_is_local: bool
    plain: bool
    detector: Chat | None
    reference: Chat | None
    seeker: Chat
    rephrase: Chat | None
    ranks: bool
    sentiment: Scorer
    prompts: dict[str, Prompt]
    values: list[dict]
    strategies: list[dict]
    window: dict
    example: str
    max_exchanges: int
    gratitude: list[str]
    end_score: float
    top_values: int
    weights: LocalModel | ServedModel | None
    at_once: int | None  # dialogues on threads of their own; None: lock step
    draw: int = 0  # sample number of all that is asked: another one, and the same dialogue goes on otherwise

    def close(self) -> None:
        """Ends the model server if there is one, brings the journals to disk and logs the counts."""
        if self.weights is not None:
            self.weights.close()
        for chat in (self.detector, self.reference, self.supporter, self.rephrase, self.seeker):
            if chat is not None:
                chat.close()


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that simulation and rollouts share."""
    parser.add_argument("--system", required=True, help="id of the supporter system")
    parser.add_argument("--form", choices=["four_step", "plain"], required=True)
    parser.add_argument("--self-disclosure", choices=INSTEAD, required=True, help="what takes its place (section I)")
    parser.add_argument("--supporter", type=json.loads, required=True, help="model entry, or {backend: local}")
    parser.add_argument("--seeker", type=json.loads, required=True, help="model entry of the seeker simulator")
    parser.add_argument("--base", type=Path, help="checkpoint folder of the local roles")
    parser.add_argument("--base-backend", choices=BACKENDS, help="local: in this process; vllm: on a server beside it")
    parser.add_argument("--supporter-adapter", type=Path, help="none: the base itself")
    parser.add_argument("--detector", type=Path, help="adapter of the target value detector")
    parser.add_argument("--reference", type=Path, help="adapter of the reference generator")
    parser.add_argument("--supporter-prompt", type=Path, required=True)
    parser.add_argument("--alternative-prompt", type=Path, help="A-SUP-ALT, for supporters that are asked again")
    parser.add_argument("--detector-prompt", type=Path)
    parser.add_argument("--reference-prompt", type=Path)
    parser.add_argument("--rephrase-model", type=json.loads, help="model entry of who rewrites self-disclosures")
    parser.add_argument("--rephrase-prompt", type=Path, help="A-REPH")
    parser.add_argument("--seeker-prompt", type=Path, required=True)
    parser.add_argument("--values", type=Path, required=True)
    parser.add_argument("--strategies", type=Path, required=True)
    parser.add_argument("--example", type=Path, required=True, help="one-shot dialogue of the seeker prompt")
    parser.add_argument("--sentiment-kind", choices=["generative", "encoder", "lexicon"], required=True)
    parser.add_argument("--sentiment-model", type=Path, help="folder (none for the lexicon)")
    parser.add_argument("--sampling", type=json.loads, required=True, help="{role: {temperature, top_p, max_tokens}}")
    parser.add_argument("--history", type=json.loads, required=True, help="{first_words, last_words}")
    parser.add_argument("--top-values", type=int, required=True, help="target values kept at most (section D.1)")
    parser.add_argument("--max-exchanges", type=int, required=True, help="supporter + seeker pairs (section 6.1)")
    parser.add_argument("--gratitude", type=json.loads, required=True, help="words that count as thanks")
    parser.add_argument("--end-score", type=float, required=True, help="V-reg from which thanks end it (section 6.1)")
    parser.add_argument("--output", type=Path, required=True)


def open_roles(args: argparse.Namespace) -> Roles:
    """Opens every model; local roles share one base, and have a journal each."""
    sampling = {role: Sampling(**leaves) for role, leaves in args.sampling.items()}
    journals = journal_path(args.output)
    adapters = {
        name: path
        for name, path in (
            ("detector", args.detector),
            ("reference", args.reference),
            ("supporter", args.supporter_adapter),
        )
        if path
    }
    local_supporter = args.supporter["backend"] == "local"
    weights = None
    if adapters or local_supporter:
        # Strategies are ranked in this process alone, whatever the other systems' models are served by.
        backend = "local" if args.self_disclosure == "next_strategy" else args.base_backend
        weights = open_weights(backend, args.base, adapters, args.output)
    lock_step = isinstance(weights, LocalModel)
    sentiment = open_sentiment(args.sentiment_kind, args.sentiment_model)
    if args.sentiment_model and not lock_step:
        path = journals.with_suffix(".sentiment.jsonl")
        sentiment = shared_scorer(sentiment, args.sentiment_kind, args.sentiment_model, path)

    def journal(role: str) -> Path:
        return journals.with_suffix(f".{role}.jsonl")

    def local_chat(role: str) -> Chat:
        adapter = role if role in adapters else None
        return weights.chat(adapter, sampling[role], journal(role), logprobs=role == "detector")

    prompts = {
        "supporter": args.supporter_prompt,
        "alternative": args.alternative_prompt,
        "detector": args.detector_prompt,
        "reference": args.reference_prompt,
        "rephrase": args.rephrase_prompt,
        "seeker": args.seeker_prompt,
    }
    supporter = (
        local_chat("supporter")
        if local_supporter
        else open_remote(args.supporter, sampling["supporter"], journal("supporter"))
    )
    return Roles(
        system=args.system,
        supporter=supporter,
        supporter_is_local=local_supporter,
        plain=args.form == "plain",
        detector=local_chat("detector") if args.detector else None,
        reference=local_chat("reference") if args.reference else None,
        seeker=open_remote(args.seeker, sampling["seeker"], journal("seeker")),
        rephrase=open_remote(args.rephrase_model, sampling["rephrase"], journal("rephrase"))
        if args.rephrase_model
        else None,
        ranks=args.self_disclosure == "next_strategy",
        sentiment=sentiment,
        prompts={name: load_prompt(path) for name, path in prompts.items() if path},
        values=load_taxonomy(args.values),
        strategies=load_taxonomy(args.strategies),
        window=args.history,
        example=transcript(read_json(args.example)["turns"]),
        max_exchanges=args.max_exchanges,
        gratitude=args.gratitude,
        end_score=args.end_score,
        top_values=args.top_values,
        weights=weights,
        at_once=None if lock_step else batch() + concurrency(),  # enough to keep both kinds of models busy
    )
