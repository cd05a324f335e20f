"""Fetches a checkpoint from the hub at its pinned revision, records what came, and makes it one that opens alone.

Gated models (Llama-3) want a token in HF_TOKEN. `revision.json` in the folder holds the id and the resolved commit.
No code of a checkpoint is fetched: weights of InternLM2 and ChatGLM are sorted into architectures that transformers has
(scripts/models/translated.py), a tokenizer.model becomes a tokenizer.json, pickles become safetensors. A checkpoint of
another architecture that transformers lacks is a Problem before its weights are fetched. With --code own (encoders,
which are opened with their code) its code comes too, from a pinned revision alone.
Run: python -m scripts.models.fetch_model --id meta-llama/Meta-Llama-3-8B-Instruct --revision … --output folder
"""

import argparse
import logging
import re
import shutil
from pathlib import Path

from scripts.models.checkpoint_files import make_ready, require_known
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.files import write_json

log = logging.getLogger(__name__)
KEPT = ["*.json", "*.jinja", "*.safetensors", "*.model", "*.txt"]
CODE = re.compile(r"(modeling|configuration|tokenization)_\w+\.py")


def fetch(name: str, revision: str, output: Path, own_code: bool = False) -> str:
    """Publishes the snapshot's folder and returns its commit; what the hub refuses is a Problem."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download

    try:
        info = HfApi().model_info(name, revision=None if revision == "newest" else revision)
        files = [file.rfilename for file in info.siblings]
        code = [file for file in files if own_code and CODE.fullmatch(file)]
        if code and revision == "newest":
            raise Problem(
                f"{name} brings code of its own that will run here ({', '.join(code)}). Read it at commit {info.sha} "
                "and pin that commit in the config (models.<name>.revision)."
            )
        pickled = [] if any(file.endswith(".safetensors") for file in files) else ["pytorch_model*.bin"]
        with publishing(output) as draft:
            snapshot_download(name, revision=info.sha, local_dir=draft, allow_patterns=["config.json"])
            require_known(draft, name, bool(code))
            snapshot_download(name, revision=info.sha, local_dir=draft, allow_patterns=[*KEPT, *code, *pickled])
            shutil.rmtree(draft / ".cache", ignore_errors=True)  # times of download
            make_ready(draft)
            write_json(draft / "revision.json", {"id": name, "revision": info.sha})
    except (HTTPError, OSError) as error:
        raise Problem(
            f"{name} at {revision} could not be fetched ({type(error).__name__}). Check the network, accept the "
            "model's licence on its page and put a token into HF_TOKEN."
        ) from error
    return info.sha


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", required=True, help="name on the hub")
    parser.add_argument("--revision", required=True, help="commit, or newest (then pin what the log says)")
    parser.add_argument("--code", choices=("own", "none"), required=True, help="own: what is run is fetched")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    log.info("%s at %s", args.id, fetch(args.id, args.revision, args.output, args.code == "own"))


if __name__ == "__main__":
    main()
