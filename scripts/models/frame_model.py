"""A checkpoint without a chat template, given the frame that it was tuned in, so that it can be asked as any.

EmoLLMs' checkpoints (paper A, section F.2) answer `Human: …Assistant: …`; system and user words make one human turn.
The weights are hard links where the file system allows, so that no second copy of them is made.

python -m scripts -- models.frame_model --model results/models/hub/sentiment --output results/models/framed/emollama
"""

import argparse
import logging
import os
import shutil
from pathlib import Path

from scripts.classifiers.batches import config_file
from scripts.provenance.drafts import publishing

log = logging.getLogger(__name__)

TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'assistant' %}{{ 'Assistant: \\n' + message['content'] + eos_token }}"
    "{% else %}{% if loop.first or loop.previtem['role'] == 'assistant' %}{{ 'Human: \\n' }}{% endif %}"
    "{{ message['content'] + '\\n\\n' }}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: \\n' }}{% endif %}"
)


def link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where links cannot be made."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--model", type=Path, required=True, help="checkpoint folder")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    config_file(args.model)
    with publishing(args.output) as draft:
        draft.mkdir(parents=True)
        files = [
            path for path in sorted(args.model.rglob("*")) if path.is_file() and path.name != "chat_template.jinja"
        ]
        for path in files:
            target = draft / path.relative_to(args.model)
            target.parent.mkdir(parents=True, exist_ok=True)
            link(path, target)
        (draft / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    log.info("%d files, framed", len(files))


if __name__ == "__main__":
    main()
