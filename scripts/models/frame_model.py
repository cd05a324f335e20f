"""A checkpoint with a chat template of ours: the frame that it was tuned in, where it comes without one.

The templates are in resources/templates; the config names a model's (`models.<id>.template`). EmoLLMs' checkpoints
(paper A, section F.2) answer `Human: …Assistant: …`; system and user words make one human turn. The weights are hard
links where the file system allows, so that no second copy of them is made.

python -m scripts -- models.frame_model --model results/models/hub/sentiment
--template resources/templates/emollms.jinja --output results/models/framed/emollama
"""

import argparse
import logging
import os
import shutil
from pathlib import Path

from scripts.classifiers.batches import config_file
from scripts.provenance.drafts import publishing
from scripts.provenance.sidecar import STAMP

# Snakemake sets the time of its stamp when a job ends: were it one file in both folders, the checkpoint itself would
# look newer than all that was made from it, and the next build would make that again.
NOT_LINKED = {"chat_template.jinja", STAMP}

log = logging.getLogger(__name__)


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where links cannot be made."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--template", type=Path, required=True, help="chat template (Jinja)")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    config_file(args.model)
    with publishing(args.output) as draft:
        draft.mkdir(parents=True)
        files = [path for path in sorted(args.model.rglob("*")) if path.is_file() and path.name not in NOT_LINKED]
        for path in files:
            target = draft / path.relative_to(args.model)
            target.parent.mkdir(parents=True, exist_ok=True)
            link(path, target)
        shutil.copyfile(args.template, draft / "chat_template.jinja")
    log.info("%d files, framed", len(files))


if __name__ == "__main__":
    main()
