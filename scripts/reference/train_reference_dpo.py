"""Trains the reference generator to prefer the real comment over a sibling's (paper A, sections 5.2, D.2).

Run: python -m scripts.reference.train_reference_dpo --help
"""

from scripts.training.dpo_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
