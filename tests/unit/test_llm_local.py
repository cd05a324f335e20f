"""Local generation against unbatched references, adapters by role, probabilities of labels."""

import json
import math
import shutil

import pytest

from scripts.llm.chat import Answer, Request, Sampling
from scripts.llm.local import open_local
from scripts.llm.top_values import label_scores, span_probability, top_values
from scripts.provenance.errors import Problem
from tests.unit.tiny_model import questions, write_base, write_roles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """base, and the adapters `half` (a name that nn.Module owns) and `other`."""
    return write_roles(tmp_path_factory.mktemp("tiny"), "half", "other")


@pytest.fixture(scope="module")
def reference(folder):
    """The same base by plain transformers: (model, tokenizer)."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    return AutoModelForCausalLM.from_pretrained(folder / "base").eval(), AutoTokenizer.from_pretrained(folder / "base")


def replies(model, adapter, journal, requests, sampling, logprobs=False):
    """First attempts only, so that texts cut at `max_tokens` can be compared too."""
    chat = model.chat(adapter, sampling, journal, logprobs=logprobs)
    asks = [chat.attempt(request, 0) for request in requests]
    found = chat.replies(asks)
    return [found[ask.key] for ask in asks]


def texts(*args, **more):
    return [reply.text for reply in replies(*args, **more)]


def prompt_ids(reference, request):
    tokenizer = reference[1]
    text = tokenizer.apply_chat_template(request.messages, add_generation_prompt=True, tokenize=False)
    return tokenizer(text + request.prefix, add_special_tokens=False, return_tensors="pt")["input_ids"]


def continued_greedily(reference, request, tokens):
    model, tokenizer = reference
    ids = prompt_ids(reference, request)
    out = model.generate(ids, attention_mask=ids * 0 + 1, do_sample=False, max_new_tokens=tokens)
    return request.prefix + tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)


def test_batch_size_and_order_do_not_move_sampled_texts(folder, tmp_path, monkeypatch):
    sampling = Sampling(1.0, 0.95, 24)
    requests = questions(20)
    seen = []
    for name, batch, order in (("one", 1, 1), ("some", 7, 1), ("all", 32, -1)):
        monkeypatch.setenv("AFFIRM_OPERATION", json.dumps({"batch": batch}))
        model = open_local(folder / "base", {"half": folder / "half"})
        found = replies(model, "half", tmp_path / f"{name}.jsonl", requests[::order], sampling)[::order]
        seen.append([(reply.text, reply.finish) for reply in found])
    assert seen[0] == seen[1] == seen[2]
    assert len({text for text, _ in seen[0]}) > 15 and {finish for _, finish in seen[0]} == {"stop", "length"}
    assert not any("<|" in text for text, _ in seen[0])


def test_greedy_batch_equals_transformers_one_by_one(folder, reference, tmp_path):
    requests = questions(9)
    found = texts(open_local(folder / "base"), None, tmp_path / "j.jsonl", requests, Sampling(0.0, 1.0, 16))
    assert found == [continued_greedily(reference, request, 16) for request in requests]


def test_answer_begins_with_the_forced_prefix_and_goes_on_from_it(folder, reference, tmp_path):
    requests = questions(5, prefix="Step 3.\n-Reasoning: Yes")
    found = texts(open_local(folder / "base"), None, tmp_path / "j.jsonl", requests, Sampling(0.0, 1.0, 12))
    assert found == [continued_greedily(reference, request, 12) for request in requests]
    assert all(text.startswith("Step 3.\n-Reasoning: Yes") for text in found)
    assert found != texts(open_local(folder / "base"), None, tmp_path / "j.jsonl", questions(5), Sampling(0.0, 1.0, 12))


def test_samples_of_one_request_differ_and_repeat(folder, tmp_path):
    message = [{"role": "user", "content": "I am sad"}]
    requests = [Request("q", "A-RG", message, sample=i) for i in range(6)]
    model, sampling = open_local(folder / "base"), Sampling(1.0, 1.0, 12)
    first = texts(model, None, tmp_path / "a.jsonl", requests, sampling)
    assert len(set(first)) >= 5
    assert texts(model, None, tmp_path / "b.jsonl", requests, sampling) == first


def test_draws_follow_the_softmax_inside_the_nucleus():
    import torch

    from scripts.llm.generate import Row, _draw

    probabilities = torch.tensor([0.5, 0.3, 0.15, 0.05])
    rows = [Row([0], seed, 0.5, 0.9, 1) for seed in range(4000)]
    noise = [torch.Generator().manual_seed(row.seed) for row in rows]
    drawn = _draw(probabilities.log().expand(4000, 4), rows, noise)
    shares = torch.bincount(drawn, minlength=4) / 4000
    # At T = 0.5 the squares .25 .09 .0225 .0025 over .365; of the sorted masses .685 .932 the first two reach .9.
    expected = torch.tensor([0.25 / 0.34, 0.09 / 0.34, 0.0, 0.0])
    assert shares[2:].sum() == 0 and torch.allclose(shares, expected, atol=0.025)


def test_each_role_speaks_with_its_adapter_and_the_base_with_none(folder, tmp_path):
    sampling, requests = Sampling(0.0, 1.0, 12), questions(6)
    both = open_local(folder / "base", {"half": folder / "half", "other": folder / "other"})
    mixed = {
        role: texts(both, role, tmp_path / f"{i}.jsonl", requests, sampling)
        for i, role in enumerate(["half", None, "other"])
    }
    for role in ("half", "other"):
        alone = open_local(folder / "base", {role: folder / role})
        assert texts(alone, role, tmp_path / f"alone-{role}.jsonl", requests, sampling) == mixed[role]
    assert texts(open_local(folder / "base"), None, tmp_path / "base.jsonl", requests, sampling) == mixed[None]
    assert mixed["half"] != mixed["other"] != mixed[None] != mixed["half"]


def test_retrained_adapter_is_a_new_identity_and_a_moved_one_is_not(folder, tmp_path):
    shutil.copytree(folder / "half", tmp_path / "moved")
    shutil.copytree(folder / "half", tmp_path / "scaled")
    config = json.loads((tmp_path / "scaled/adapter_config.json").read_text())
    (tmp_path / "scaled/adapter_config.json").write_text(json.dumps(config | {"lora_alpha": 16}))
    identities = [
        open_local(folder / "base", {"role": path}).identity("role")
        for path in (folder / "half", tmp_path / "moved", tmp_path / "scaled", folder / "other")
    ]
    assert identities[0] == identities[1] and len(set(identities)) == 3
    assert open_local(folder / "base").identity(None) not in identities


def test_changed_base_or_chat_template_is_a_new_identity(folder, tmp_path):
    shutil.copytree(folder / "base", tmp_path / "base")
    same = open_local(tmp_path / "base").identity(None)
    assert same == open_local(folder / "base").identity(None)
    template = tmp_path / "base/chat_template.jinja"
    template.write_text(template.read_text() + " ")
    assert open_local(tmp_path / "base").identity(None) != same
    assert open_local(write_base(tmp_path / "base2", seed=1)).identity(None) != same


def test_replay_loads_no_model_and_a_retrained_adapter_asks_anew(folder, tmp_path):
    requests, journal = questions(4), tmp_path / "j.jsonl"
    sampling = Sampling(0.7, 1.0, 12)
    first = replies(open_local(folder / "base", {"r": folder / "half"}), "r", journal, requests, sampling)
    again = open_local(folder / "base", {"r": folder / "half"})
    assert replies(again, "r", journal, requests, sampling) == first and again._model is None
    retrained = open_local(folder / "base", {"r": folder / "other"}).chat("r", sampling, journal)
    retrained.replies([retrained.attempt(request, 0) for request in requests])
    assert retrained.counts["asked"] == 4


def test_cut_greedy_answer_is_asked_again_by_sampling(folder, tmp_path):
    chat = open_local(folder / "base").chat(None, Sampling(0.0, 1.0, 3), tmp_path / "j.jsonl")
    answers = chat.ask(questions(12), str)
    again = [answer for answer in answers if answer.attempts > 1]
    assert again and any(answer.value is not None for answer in answers)
    assert all(answer.value is None or len(answer.text) < 40 for answer in answers)


def test_token_probabilities_are_the_models_own(reference):
    import torch

    from scripts.llm.generate import Row, generate

    model, tokenizer = reference
    rows = [
        Row(prompt_ids(reference, request)[0].tolist(), seed, temperature=0.7 * (seed % 2), top_p=0.9, room=10)
        for seed, request in enumerate(questions(6))
    ]
    ended = []
    generate(model, rows, frozenset({tokenizer.eos_token_id}), tokenizer.pad_token_id, True, ended.append)
    assert sorted(row.seed for row in ended) == list(range(6))
    for row in rows:
        logits = model(torch.tensor([row.prompt + row.ids])).logits[0, len(row.prompt) - 1 : -1]
        expected = logits.log_softmax(-1).gather(1, torch.tensor(row.ids)[:, None])[:, 0]
        assert row.ids and expected.tolist() == pytest.approx(row.logprobs, abs=1e-4)


def test_probabilities_come_with_the_pieces_of_the_text_and_survive_the_journal(folder, tmp_path):
    sampling, requests, journal = Sampling(0.7, 0.9, 14), questions(6), tmp_path / "j.jsonl"
    found = replies(open_local(folder / "base"), None, journal, requests, sampling, logprobs=True)
    assert replies(open_local(folder / "base"), None, journal, requests, sampling, logprobs=True) == found
    for reply in found:
        assert "".join(piece for piece, _ in reply.logprobs) == reply.text
        assert len(reply.logprobs) == reply.usage["completion_tokens"] and all(score < 0 for _, score in reply.logprobs)


def test_label_probability_is_the_geometric_mean_of_its_tokens():
    pieces = [("Fa", 0.5), ("ce", 0.125), (", ", 1.0), ("Hedonism", 0.5), (", Face", 0.9), (", Joy", 0.9)]
    answer = Answer("".join(p for p, _ in pieces), [], 1, [(piece, math.log(share)) for piece, share in pieces])
    assert span_probability(answer, 0, 4) == pytest.approx(0.25)
    assert label_scores(answer, ["Face", "Hedonism"]) == pytest.approx({"Face": 0.25, "Hedonism": 0.5})
    assert top_values(answer, ["Face", "Hedonism"], 1) == ["Hedonism"]
    assert top_values(answer, ["Face", "Hedonism"], 3) == ["Hedonism", "Face"]


def test_spans_count_the_forced_prefix_and_need_probabilities():
    forced = Answer("Yes, Face", [], 1, [(" Face", math.log(0.3))])
    assert span_probability(forced, 5, 9) == pytest.approx(0.3)
    with pytest.raises(ValueError, match="no generated token"):
        span_probability(forced, 0, 3)
    with pytest.raises(ValueError, match="logprobs=True"):
        span_probability(Answer("Face", [], 1), 0, 4)


def test_prompt_that_does_not_fit_is_a_problem_that_names_it(folder, tmp_path):
    long = Request("q-long", "A-RG", [{"role": "user", "content": "walking " * 600}])
    with pytest.raises(Problem, match=r"q-long .A-RG. has .* tokens; .* reads 512"):
        open_local(folder / "base").chat(None, Sampling(0.0, 1.0, 8), tmp_path / "j.jsonl").ask([long], str)


def test_missing_weights_missing_adapter_and_misfit_are_problems(folder, tmp_path):
    with pytest.raises(Problem, match="holds no weights"):
        open_local(tmp_path)
    with pytest.raises(Problem, match="holds no adapter"):
        open_local(folder / "base", {"r": tmp_path})
    with pytest.raises(Problem, match="without the adapter 'r'"):
        open_local(folder / "base").chat("r", Sampling(0.0, 1.0, 8), tmp_path / "j.jsonl")
    other = write_base(tmp_path / "wide", hidden=96)
    misfit = open_local(other, {"r": folder / "half"}).chat("r", Sampling(0.0, 1.0, 8), tmp_path / "j.jsonl")
    with pytest.raises(Problem, match="does not fit"):
        misfit.ask(questions(1), str)
