"""Makes a fetched folder one that transformers opens alone: no code of its own, safetensors, a tokenizer.json."""

from pathlib import Path

from scripts.models.sentencepiece_file import read_pieces, tokenizer_of
from scripts.models.translated import FORMS, as_safetensors, translate
from scripts.provenance.errors import Problem
from scripts.text.files import read_json, write_json

_NAMES = ("bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token")
_KEPT = ("chat_template", "model_max_length", "padding_side", "truncation_side")
# ChatGLM2 and 3 say these in their code: what follows the pieces, what a text begins with, what ends and pads. Their
# `sop` and `eop` get angles here, as in GLM-4: as they are they would be found within words.
_GLM_FURTHER = ["[MASK]", "[gMASK]", "[sMASK]", "<sop>", "<eop>"]
_GLM_BEGIN = ["[gMASK]", "<sop>"]
_GLM_NAMED = {"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<unk>"}


def require_known(folder: Path, name: str, own_code: bool) -> None:
    """A Problem unless transformers, or this project, knows the architecture; `own_code`: the checkpoint's will run."""
    from transformers import CONFIG_MAPPING

    kind = read_json(folder / "config.json").get("model_type", "")
    if not own_code and kind not in CONFIG_MAPPING and kind not in FORMS:
        raise Problem(
            f"{name} is of the architecture {kind!r}, which transformers does not have: its model comes as code, and "
            "that is not run here. Name a checkpoint of another form in the config (models.<name>.id), or take the "
            "system out of eva.systems and eva.tables."
        )


def make_ready(folder: Path) -> None:
    """Translates what has to be, in place."""
    config = read_json(folder / "config.json")
    as_safetensors(folder)
    own_tokenizer = translate(folder)
    model = folder / "tokenizer.model"
    if (folder / "tokenizer.json").exists() or not model.exists():
        if own_tokenizer:
            _rewrite_names(folder, {})
        return
    if config.get("model_type") == "chatglm":
        core, named = tokenizer_of(read_pieces(model), {}, _GLM_FURTHER), _GLM_NAMED
        begin = _GLM_BEGIN
    else:
        said, named = _tokenizer_config(folder), {}
        core = tokenizer_of(read_pieces(model), _added(folder, said), [])
        begin = [said["bos_token"]] if said.get("add_bos_token", True) and said.get("bos_token") else []
    if begin:
        _begin_with(core, begin)
    core.save(str(folder / "tokenizer.json"))
    _rewrite_names(folder, named)


def _begin_with(core, begin: list[str]) -> None:
    from tokenizers import processors

    ids = [(text, core.token_to_id(text)) for text in begin]
    single = [*begin, "$A"]
    core.post_processor = processors.TemplateProcessing(single=single, pair=[*single, "$B:1"], special_tokens=ids)


def _tokenizer_config(folder: Path) -> dict:
    """What the checkpoint says of its tokenizer; special texts by name as plain strings."""
    said: dict = {}
    for name in ("special_tokens_map.json", "tokenizer_config.json"):
        if (folder / name).exists():
            said |= {key: value for key, value in read_json(folder / name).items() if value != ""}
    return said | {key: _text(said[key]) for key in _NAMES if said.get(key)}


def _added(folder: Path, said: dict) -> dict[int, str]:
    """Texts by id that stand for pieces or follow them."""
    found = {int(place): entry["content"] for place, entry in said.get("added_tokens_decoder", {}).items()}
    if (folder / "added_tokens.json").exists():
        found |= {place: text for text, place in read_json(folder / "added_tokens.json").items()}
    return found


def _text(token: str | dict) -> str:
    return token["content"] if isinstance(token, dict) else token


def _rewrite_names(folder: Path, named: dict[str, str]) -> None:
    """A tokenizer_config.json that makes no class but the plain one read tokenizer.json."""
    said = _tokenizer_config(folder) | named
    kept = {key: said[key] for key in (*_NAMES, *_KEPT) if said.get(key) is not None}
    write_json(folder / "tokenizer_config.json", {**kept, "tokenizer_class": "PreTrainedTokenizerFast"})
    for name in ("special_tokens_map.json", "added_tokens.json"):
        (folder / name).unlink(missing_ok=True)
