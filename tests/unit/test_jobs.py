"""What GPU jobs ask a cluster for follows from the config's table and the size of their base."""

from pathlib import Path

import pytest

from scripts.config.jobs import needs, table
from scripts.config.load import load_config
from scripts.config.overlays import read_run
from scripts.provenance.errors import Problem

JOB = {"gpus": 2, "memory_mb": 48000, "minutes": 481}


@pytest.mark.parametrize(
    ("base", "memory_mb", "minutes"),
    [
        ("llama", 48000, 481),
        ("half", 24000, 241),
        ("tiny", 12000, 121),
        ("large", 420000, 4209),
        ("unsized", 48000, 481),
    ],
)
def test_memory_and_time_go_with_the_weights_down_to_a_quarter_and_gpus_stay(base, memory_mb, minutes):
    sizes = {"llama": 8.0, "half": 4.0, "tiny": 0.1, "large": 70.0}
    assert needs({"sizes": sizes}, JOB, base) == {"gpus": 2, "memory_mb": memory_mb, "minutes": minutes}


def test_table_has_a_row_a_stage_and_a_column_a_base():
    operation = {
        "sizes": {"a": 8.0, "b": 4.0},
        "training": {"sft": JOB},
        "inference": {"memory_mb": 9000, "minutes": 90},
    }
    assert list(table(operation))[2:] == [
        "| sft | 2 | 48 GB, 8.0 h | 24 GB, 4.0 h |",
        "| inference | 1 | 9 GB, 1.5 h | 4 GB, 0.8 h |",
    ]


def test_a_size_of_no_local_model_is_an_error():
    config = read_run("paper", Path())
    config["operation"]["sizes"] = {"lama": 8.0}
    with pytest.raises(
        Problem,
        match=r"operation\.sizes\.lama = 'lama': expected an entry of models with a source\. Did you mean llama\?",
    ):
        load_config(config)
