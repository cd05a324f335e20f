"""Fetches a checkpoint from the hub at its pinned revision and records what came.

Gated models (Llama-3) want a token in HF_TOKEN. `revision.json` in the folder holds the id and the resolved commit.
Run: python -m scripts.models.fetch_model --id meta-llama/Meta-Llama-3-8B-Instruct --revision … --output folder
"""

import argparse
import logging
import shutil
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem
from scripts.text.files import write_json

log = logging.getLogger(__name__)
KEPT = ["*.json", "*.jinja", "*.safetensors", "*.model", "*.txt"]


def fetch(name: str, revision: str, output: Path) -> str:
    """Publishes the snapshot's folder and returns its commit; what the hub refuses is a Problem."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi, snapshot_download

    try:
        commit = HfApi().model_info(name, revision=None if revision == "newest" else revision).sha
        with publishing(output) as draft:
            snapshot_download(name, revision=commit, local_dir=draft, allow_patterns=KEPT)
            shutil.rmtree(draft / ".cache", ignore_errors=True)  # times of download
            write_json(draft / "revision.json", {"id": name, "revision": commit})
    except (HTTPError, OSError) as error:
        raise Problem(
            f"{name} at {revision} could not be fetched ({type(error).__name__}). Check the network, accept the "
            "model's licence on its page and put a token into HF_TOKEN."
        ) from error
    return commit


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--id", required=True, help="name on the hub")
    parser.add_argument("--revision", required=True, help="commit, or newest (then pin what the log says)")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    log.info("%s at %s", args.id, fetch(args.id, args.revision, args.output))


if __name__ == "__main__":
    main()
