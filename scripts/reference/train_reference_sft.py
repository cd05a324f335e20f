"""Trains a reference generator on real comments (paper A, sections 5.2 and D.2; G.1 without values).

Run: python -m scripts.reference.train_reference_sft --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
