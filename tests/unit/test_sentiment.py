"""What is read from a generative scorer's answers, and the lexicon that needs no model."""

import pytest

from scripts.classifiers import sentiment
from scripts.classifiers.sentiment import Sentiment, class_of, open_sentiment, parse_class, parse_strength


@pytest.mark.parametrize(
    "answer, strength",
    [
        *[("0.879", 0.879), (">>0.5\nHuman", 0.5), (" 1.0", 1.0), (".25", 0.25), ("0", 0.0)],
        *[("very sad", None), ("-0.4", None), ("7", None), ("", None), ("v2", None)],
    ],
)
def test_strength_is_the_first_number_between_0_and_1(answer, strength):
    assert parse_strength(answer) == strength


@pytest.mark.parametrize(
    "answer, ordinal",
    [
        *[("-3: very negative emotional state can be inferred", -3), (">>2: moderately", 2), (" 0", 0), ("1.", 1)],
        *[("0.5", None), ("4: beyond", None), ("-31", None), ("positive 3", None), ("", None)],
    ],
)
def test_class_is_the_leading_integer_whatever_words_follow(answer, ordinal):
    assert parse_class(answer) == ordinal


def test_class_of_a_strength_has_seven_equal_steps_around_the_middle():
    assert [class_of(value) for value in (0.0, 0.08, 0.09, 0.5, 0.58, 0.59, 0.91, 0.92, 1.0)] == [
        -3, -3, -2, 0, 0, 1, 2, 3, 3,
    ]  # fmt: skip


@pytest.mark.slow
def test_generative_scorer_asks_both_tasks_and_reads_the_answers(tmp_path):
    """A tiny Llama taught four answers is asked in the checkpoint's frame, with texts of unequal length."""
    known = {"happy day": ("0.9", "3:"), "such a sad and long day today": ("0.1", "-3:"), "words": ("what", "what")}
    _teach(tmp_path, known)
    score = open_sentiment("generative", tmp_path)
    texts = ["words", "such a sad and long day today", "happy day", "words"]
    assert score(texts) == [Sentiment(None, None), Sentiment(0.1, -3), Sentiment(0.9, 3), Sentiment(None, None)]
    assert score(["happy day"]) == [Sentiment(0.9, 3)]


def _teach(folder, known):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    rows = []
    for text, answers in known.items():
        for task, answer in zip((sentiment._STRENGTH, sentiment._CLASS), answers, strict=True):
            rows.append(sentiment._FRAME.format(task=task.format(text=text)) + f" {answer} </s>")
    words = sorted({word for row in rows for word in row.split()} - {"</s>"})
    vocabulary = {word: place for place, word in enumerate(["<pad>", "</s>", *words])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, pad_token="<pad>", eos_token="</s>")
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(0)
    special = {"bos_token_id": None, "eos_token_id": 1, "pad_token_id": 0}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(vocabulary), initializer_range=0.08, **size, **special))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    batches = [torch.tensor([tokenizer(row)["input_ids"]]) for row in rows]
    for _ in range(25):
        for batch in batches:
            target = batch.clone()
            target[:, :-2] = -100
            model(input_ids=batch, labels=target).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def test_lexicon_strength_is_half_of_compound_plus_one():
    pytest.importorskip("vaderSentiment")
    good, bad, flat = open_sentiment("lexicon", None)(["I love this, great!", "I hate this awful pain.", "The table."])
    assert good.strength > 0.8 and bad.strength < 0.2
    assert flat == Sentiment(0.5, 0)
