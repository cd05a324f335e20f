"""Batched generation and scoring beside a loop by hand: one row, no cache, the whole text read again for each token."""

import copy
import json
import math
import shutil

import pytest

from scripts.dialogues.alternatives import Spoken
from scripts.dialogues.next_strategy import without
from scripts.llm.chat import Answer, Request, Sampling
from scripts.llm.local import open_local
from scripts.llm.ranking import label_probabilities, ranked
from scripts.llm.top_values import label_scores, top_values
from scripts.provenance.errors import Problem
from scripts.text.answers import parse_four_steps
from tests.unit.tiny_model import questions, write_roles

pytestmark = pytest.mark.slow

LABELS = ["Question", "Restatement", "Self-disclosure", "Information", "Others"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_roles(tmp_path_factory.mktemp("tiny"), "one", "two")


@pytest.fixture(scope="module")
def plain(folder):
    """Role -> a model of its own with the adapter merged in, and the tokenizer: what roles are compared with."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    base = folder / "base"
    models = {None: AutoModelForCausalLM.from_pretrained(base).eval()}
    for role in ("one", "two"):
        model = AutoModelForCausalLM.from_pretrained(base)
        models[role] = PeftModel.from_pretrained(model, folder / role).merge_and_unload().eval()
    return models, AutoTokenizer.from_pretrained(base)


def opened(folder):
    return open_local(folder / "base", {"one": folder / "one", "two": folder / "two"})


def prompt_text(tokenizer, request):
    return tokenizer.apply_chat_template(request.messages, add_generation_prompt=True, tokenize=False) + request.prefix


def encoded(tokenizer, text):
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def drawn(logits, temperature, top_p, generator):
    """The most probable token, or the greatest of logits / T plus Gumbel noise among the nucleus."""
    import torch

    if not temperature:
        return int(logits.argmax())
    scaled = logits / temperature
    shares = scaled.softmax(-1)
    kept, mass = set(), 0.0
    for token in shares.argsort(descending=True, stable=True).tolist():
        if mass >= top_p and top_p < 1:
            break
        kept.add(token)
        mass += shares[token].item()
    gumbel = -torch.empty_like(logits).exponential_(generator=generator).log()
    return max(kept, key=lambda token: (scaled + gumbel)[token].item())


def by_hand(model, tokenizer, request, sampling, key):
    """(ids, log-probabilities) of an answer, by one forward pass over all of the text for each token."""
    import torch

    prompt = encoded(tokenizer, prompt_text(tokenizer, request))
    generator = torch.Generator().manual_seed(int(key[:15], 16))
    ids, logprobs = [], []
    while len(ids) < sampling.max_tokens:
        with torch.no_grad():
            logits = model(torch.tensor([prompt + ids])).logits[0, -1]
        token = drawn(logits, sampling.temperature, sampling.top_p, generator)
        if token == tokenizer.eos_token_id:
            break
        ids.append(token)
        logprobs.append(logits.log_softmax(-1)[token].item())
    return ids, logprobs


def first_asks(chat, requests):
    return [chat.attempt(request, 0) for request in requests]


@pytest.mark.parametrize("role", [None, "one", "two"])
@pytest.mark.parametrize("sampling", [Sampling(0.0, 1.0, 14), Sampling(1.0, 1.0, 20), Sampling(0.9, 0.9, 20)])
def test_lock_step_gives_each_row_the_text_that_a_loop_by_hand_gives_it(role, sampling, folder, plain, tmp_path):
    """One base with two adapters in memory, rows that end early or are forced, against one merged model and one row."""
    models, tokenizer = plain
    chat = opened(folder).chat(role, sampling, tmp_path / "j.jsonl")
    requests = [*questions(4, prefix="Step 3.\n-Reasoning: Yes"), *questions(12)]
    asks = first_asks(chat, requests)
    replies = chat.replies(asks)
    lengths = set()
    for request, ask in zip(requests, asks, strict=True):
        ids, _ = by_hand(models[role], tokenizer, request, sampling, ask.key)
        lengths.add(len(ids))
        assert replies[ask.key].text == request.prefix + tokenizer.decode(ids, skip_special_tokens=True)
    assert len(lengths) > 1 or not sampling.temperature


def test_a_rows_noise_comes_from_its_requests_key_alone(folder, plain, tmp_path, monkeypatch):
    """Other batches, another order, other neighbours, another adapter spoken in between: the same texts."""
    sampling = Sampling(1.0, 1.0, 10)
    found = []
    for name, batch, requests in (
        ("a", 1, questions(6)),
        ("b", 4, questions(6)[::-1]),
        ("c", 32, [*questions(12)[6:], *questions(6)]),
    ):
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"batch": batch}))
        model = opened(folder)
        other = model.chat("two", sampling, tmp_path / f"{name}2.jsonl")
        other.replies(first_asks(other, requests))
        chat = model.chat("one", sampling, tmp_path / f"{name}.jsonl")
        asks = first_asks(chat, requests)
        replies = chat.replies(asks)
        found.append({ask.id: replies[ask.key].text for ask in asks if ask.id in {f"q{i}" for i in range(6)}})
    assert found[0] == found[1] == found[2] and len(set(found[0].values())) == 6


def test_the_probability_of_a_named_value_is_that_of_a_loop_by_hand(folder, plain, tmp_path):
    """A base that is made to write commas now and then, so that its answers have parts; these are taken as labels."""
    import torch

    model, tokenizer = copy.deepcopy(plain[0][None]), plain[1]
    sampling, requests = Sampling(1.0, 1.0, 24), questions(12)
    with torch.no_grad():
        texts = [torch.tensor([encoded(tokenizer, prompt_text(tokenizer, request))]) for request in requests]
        usual = torch.cat([model.model(ids).last_hidden_state[0] for ids in texts]).mean(0)
        model.lm_head.weight[encoded(tokenizer, ",")[0]] = 8 * usual / (usual @ usual)
    shutil.copytree(folder / "base", tmp_path / "base")
    model.save_pretrained(tmp_path / "base")
    chat = open_local(tmp_path / "base").chat(None, sampling, tmp_path / "j.jsonl", logprobs=True)
    asks = first_asks(chat, requests)
    replies = chat.replies(asks)
    several = 0
    for request, ask in zip(requests, asks, strict=True):
        text = replies[ask.key].text
        parts = [part.strip().rstrip(".") for part in text.split(",")]
        labels = list({part.casefold(): part for part in reversed(parts) if part}.values())
        answer = Answer(text, None, 1, [tuple(pair) for pair in replies[ask.key].logprobs])
        ids, logprobs = by_hand(model, tokenizer, request, sampling, ask.key)
        wanted = {label: by_span(tokenizer, ids, logprobs, text, label) for label in labels}
        assert label_scores(answer, labels) == pytest.approx(wanted, rel=1e-3)
        assert top_values(answer, labels, 3) == sorted(wanted, key=wanted.get, reverse=True)[:3]
        several += len(labels) > 3
    assert several >= 3


def by_span(tokenizer, ids, logprobs, text, label):
    """Geometric mean over the tokens whose characters touch the label where it is first a part between commas."""
    parts = text.split(",")
    number = next(n for n, part in enumerate(parts) if part.strip().rstrip(".").casefold() == label.casefold())
    start = len(",".join([*parts[:number], ""])) + parts[number].index(parts[number].strip())
    ends = [len(tokenizer.decode(ids[: n + 1], skip_special_tokens=True).rstrip("\ufffd")) for n in range(len(ids) - 1)]
    ends.append(len(text))
    begins = [0, *ends[:-1]]
    inside = [
        score
        for score, begin, end in zip(logprobs, begins, ends, strict=True)
        if begin < start + len(label) and end > start
    ]
    return math.exp(sum(inside) / len(inside))


def score_by_hand(model, tokenizer, request, continuation):
    """Log-probability of the continuation's tokens behind the prompt's, one row, one forward pass."""
    import torch

    text = prompt_text(tokenizer, request)
    before, whole = encoded(tokenizer, text), encoded(tokenizer, text + continuation)
    assert whole[: len(before)] == before
    with torch.no_grad():
        logprobs = model(torch.tensor([whole])).logits[0].log_softmax(-1)
    return sum(logprobs[place - 1, whole[place]].item() for place in range(len(before), len(whole)))


@pytest.mark.parametrize("role", [None, "one"])
@pytest.mark.parametrize("batch", [1, 3, 32])
def test_label_probabilities_are_those_of_single_rows(role, batch, folder, plain, tmp_path, monkeypatch):
    models, tokenizer = plain
    monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"batch": batch}))
    requests = questions(7, prefix="Step 4.\n-Strategy:")
    chat = opened(folder).chat(role, Sampling(0.7, 1.0, 8), tmp_path / "j.jsonl")
    for request, shares in zip(requests, label_probabilities(chat, requests, LABELS), strict=True):
        scores = [score_by_hand(models[role], tokenizer, request, f" {label}\n") for label in LABELS]
        total = sum(map(math.exp, scores))
        expected = {label: math.exp(score) / total for label, score in zip(LABELS, scores, strict=True)}
        assert shares == pytest.approx(expected, rel=2e-4) and list(shares) == LABELS
        assert sum(shares.values()) == pytest.approx(1)


def test_label_probabilities_are_kept_in_the_journal_and_replayed_without_a_model(folder, tmp_path):
    requests = questions(4, prefix="Strategy:")
    first = opened(folder).chat("one", Sampling(0.7, 1.0, 8), tmp_path / "j.jsonl")
    found = label_probabilities(first, requests, LABELS)
    model = opened(folder)
    again = model.chat("one", Sampling(0.0, 1.0, 9), tmp_path / "j.jsonl")  # sampling has no part in it
    assert label_probabilities(again, requests, LABELS) == found and model._model is None
    assert label_probabilities(again, requests, LABELS[:2]) != found and again.counts["asked"] == 4
    assert [answer.text for answer in first.ask(questions(4), str)] != [""] * 4  # other rows of the same journal


def test_tokens_that_join_across_the_border_are_scored_from_where_the_texts_differ(folder, plain, tmp_path):
    """`wo` and `rk` are one token of this tokenizer: the prompt then ends before them."""
    models, tokenizer = plain
    request = questions(1, prefix="about wo")[0]
    chat = opened(folder).chat(None, Sampling(0.7, 1.0, 8), tmp_path / "j.jsonl")
    shares = label_probabilities(chat, [request], ["rk", "x"], before="", after="")[0]
    text = prompt_text(tokenizer, request)
    texts = [encoded(tokenizer, text + end) for end in ("rk", "x")]
    border = encoded(tokenizer, text)
    start = next(n for n in range(len(border) + 1) if any(ids[:n] != border[:n] for ids in texts)) - 1
    assert start < len(border)
    import torch

    scores = []
    for ids in texts:
        logprobs = models[None](torch.tensor([ids])).logits[0].log_softmax(-1)
        scores.append(sum(logprobs[n - 1, ids[n]].item() for n in range(start, len(ids))))
    assert shares["rk"] == pytest.approx(1 / (1 + math.exp(scores[1] - scores[0])), rel=1e-3)


def test_labels_are_not_ranked_behind_an_address():
    class Served:
        class backend:
            name = "vllm"

    with pytest.raises(Problem, match=r"llama\.backend: local"):
        label_probabilities(Served(), questions(1), LABELS)


def test_a_masked_label_is_left_out_and_the_others_keep_their_order():
    shares = {"Question": 0.1, "Self-disclosure": 0.6, "Others": 0.1, "Information": 0.2}
    assert ranked(shares, "Self-disclosure") == ["Information", "Question", "Others"]


FIRST = "Step 1. Issue\n-Reasoning: sad.\nStep 2. Points\n-Reasoning: - Strategy: x\nStep 3. Use\n-Reasoning: No.\n"
STRATEGIES = [{"label": label} for label in LABELS[:-1]] + [{"label": "Others", "aliases": ["Other things"]}]


def four(strategy, response):
    return f"{FIRST}Step 4. Strategy\n-Strategy: {strategy}\n- Response: {response}"


class Ranker:
    """A local model that finds each request's strategies so probable, and goes on with what it is told."""

    class backend:
        name = "local"

    def __init__(self, scores, goes_on):
        self.scores, self.goes_on, self.slots, self.forced = scores, goes_on, [], []

    def ask_of(self, id, kind, sample, body, prefix):
        self.slots.append((id, prefix))
        assert body["continuations"] == [f" {label}\n" for label in LABELS]
        return type("Ask", (), {"key": id})

    def replies(self, asks):
        named = [[label, math.log(share)] for label, share in zip(LABELS, self.scores, strict=True)]
        return {ask.key: type("Reply", (), {"logprobs": named}) for ask in asks}

    def ask(self, requests, parse):
        self.forced += requests
        return [self.one(request.prefix + self.goes_on, parse) for request in requests]

    def one(self, text, parse):
        try:
            return Answer(text, parse(text), 1)
        except ValueError:
            return Answer(text, None, 4)


def spoken(*answers):
    return [Spoken({}, request, answer) for request, answer in zip(questions(len(answers)), answers, strict=True)]


def test_a_masked_strategy_gives_way_to_the_next_most_probable_one_with_another_response():
    model = Ranker([0.2, 0.1, 0.5, 0.15, 0.05], " What happened?")
    kept = four("Question", "Why?")
    first, second = without(spoken(kept, four("self-disclosure.", "I too.")), "Self-disclosure", model, STRATEGIES)
    assert first == kept
    assert second == four("Question", "What happened?")
    assert model.slots == [("q1", f"{FIRST}Step 4. Strategy\n-Strategy:")]
    assert [(request.id, request.prefix) for request in model.forced] == [
        ("q1", f"{FIRST}Step 4. Strategy\n-Strategy: Question\n- Response:")
    ]
    assert model.forced[0].messages == questions(2)[1].messages
    assert parse_four_steps(second).strategy == "Question"


def test_without_is_silent_where_nothing_is_masked_and_none_where_no_response_comes():
    model = Ranker([0.1, 0.2, 0.4, 0.2, 0.1], "")
    answers = [four("Other things", "Hm."), four("Question", "Why?")]
    assert without(spoken(*answers), "Self-disclosure", model, STRATEGIES) == answers and not model.slots
    assert without(spoken(four("Self-disclosure", "I too.")), "Self-disclosure", model, STRATEGIES) == [None]


def test_a_real_local_model_goes_on_from_the_label_that_it_ranks_next(folder, tmp_path):
    chat = opened(folder).chat("one", Sampling(0.0, 1.0, 12), tmp_path / "j.jsonl")
    item = spoken(four("Self-disclosure", "I too."))[0]
    slot = Request("q0", "A-RG", item.request.messages, prefix=f"{FIRST}Step 4. Strategy\n-Strategy:")
    best = ranked(label_probabilities(chat, [slot], LABELS)[0], "Self-disclosure")[0]
    found = without([item], "Self-disclosure", chat, STRATEGIES)[0]
    forced = Request("q0", "A-RG", item.request.messages, prefix=f"{slot.prefix} {best}\n- Response:")
    answer = chat.ask([forced], parse_four_steps)[0]
    assert found == (answer.text if answer.value else None)
    assert found is None or parse_four_steps(found).strategy == best
