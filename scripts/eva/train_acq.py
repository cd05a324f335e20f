"""Fine-tunes all weights on support dialogues, loss on every supporter turn (ACQ; paper B, sections 4.1.1 and G).

Run: python -m scripts.eva.train_acq --help
"""

from scripts.training.sft_command import main, parse_args

__all__ = ["main", "parse_args"]

if __name__ == "__main__":
    main()
