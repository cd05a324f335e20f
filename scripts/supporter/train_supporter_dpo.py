"""Trains the supporter on pairs of higher and lower reward (paper A, sections 5.3 and D.3, Eq. 3 and 5).

Run: python -m scripts.supporter.train_supporter_dpo --help
"""

from scripts.training.dpo_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
