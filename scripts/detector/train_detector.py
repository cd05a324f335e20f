"""Trains the target value detector: LoRA on the base, best epoch on dev (paper A, section D.1).

Run: python -m scripts.detector.train_detector --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
