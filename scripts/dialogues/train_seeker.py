"""Trains a seeker simulator: LoRA on the base, best epoch on dev (paper A, section E.2; A-044).

Run: python -m scripts.dialogues.train_seeker --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
