"""Aligns a model with emotional validation by preference pairs (ALI; paper B, sections 4.1.2 and G).

Run: python -m scripts.eva.train_ali --help
"""

from scripts.training.dpo_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
