"""The real checkpoints' loading code on tiny checkpoints of the same architecture: DeBERTa with a head of its own code
(paper A's value detector) and MPNet (its sentence encoder)."""

import numpy
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from scripts.classifiers.sentences import open_sentences
from scripts.classifiers.values import open_values
from scripts.text.taxonomy import labels, load_taxonomy

pytestmark = pytest.mark.slow

VALUES = labels(load_taxonomy("resources/taxonomy/values.yaml"))
TEXTS = ["a calm day", "so many words that all of them stand in a longer row than the others do", "day", "a calm day"]
SIZE = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
OWN_CODE = """
import torch
from transformers import DebertaV2Config, DebertaV2Model, PreTrainedModel


class Detector(PreTrainedModel):
    config_class = DebertaV2Config

    def __init__(self, config):
        super().__init__(config)
        self.encoder = DebertaV2Model(config)
        self.head = torch.nn.Linear(config.hidden_size, 20)
        self.post_init()

    def forward(self, input_ids=None, attention_mask=None, token_type_ids=None):
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return {"output": torch.sigmoid(self.head(states[:, 0]))}
"""


def write_tokenizer(folder):
    """A word tokenizer with the special tokens that both checkpoints have; the padding's number is 1, as MPNet's."""
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in TEXTS for word in text.split()})
    vocabulary = {word: place for place, word in enumerate(["[CLS]", "[PAD]", "[SEP]", "[UNK]", *words])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 0), ("[SEP]", 2)]
    )
    special = {"cls_token": "[CLS]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=14, **special).save_pretrained(folder)
    return core, len(vocabulary)


def alone(core, text, longest):
    """A text's token numbers, without padding, cut as the tokenizers cut: the end mark stays."""
    ids = core.encode(text).ids
    return torch.tensor([ids if len(ids) <= longest else [*ids[: longest - 1], ids[-1]]])


def test_a_detector_with_code_of_its_own_answers_probabilities_in_the_taxonomys_order(tmp_path):
    from transformers import DebertaV2Config

    core, size = write_tokenizer(tmp_path)
    (tmp_path / "modeling_detector.py").write_text(OWN_CODE, encoding="utf-8")
    torch.manual_seed(3)
    config = DebertaV2Config(vocab_size=size, pad_token_id=1, relative_attention=True, pos_att_type=["p2c"], **SIZE)
    config.auto_map = {"AutoModelForSequenceClassification": "modeling_detector.Detector"}
    made: dict = {}
    exec(OWN_CODE, made)  # the class as the folder's file defines it
    model = made["Detector"](config).eval()
    torch.nn.init.normal_(model.head.weight, std=2)
    model.save_pretrained(tmp_path)
    found = open_values("encoder", tmp_path, VALUES)(TEXTS)
    assert found.shape == (4, 20) and (found[0] == found[3]).all()
    for row, text in zip(found, TEXTS, strict=True):
        with torch.inference_mode():
            wanted = model(alone(core, text, 14))["output"][0].numpy()
        assert numpy.abs(row - wanted).max() < 1e-6
        assert (row > 0.26).tolist() == (wanted > 0.26).tolist()
    assert 0 < (found > 0.26).mean() < 1


def test_mpnet_sentences_are_the_unit_mean_of_their_words_alone(tmp_path):
    from transformers import MPNetConfig, MPNetModel

    core, size = write_tokenizer(tmp_path)
    torch.manual_seed(3)
    model = MPNetModel(MPNetConfig(vocab_size=size, max_position_embeddings=14, pad_token_id=1, **SIZE)).eval()
    model.save_pretrained(tmp_path)
    found = open_sentences("encoder", tmp_path)(TEXTS)
    for row, text in zip(found, TEXTS, strict=True):
        with torch.inference_mode():
            states = model(alone(core, text, 12)).last_hidden_state[0]
        wanted = torch.nn.functional.normalize(states.mean(0), dim=0).numpy()
        assert numpy.abs(row - wanted).max() < 1e-6
    assert abs(float(found[0] @ found[1])) < 0.999
