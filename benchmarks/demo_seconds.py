"""Seconds, CPU seconds and memory of a finished build by rule, from its sidecars, as a Markdown table.

Run: python benchmarks/demo_seconds.py results/demo
"""

import json
import sys
from collections import defaultdict
from pathlib import Path


def main(folder: str) -> None:
    runs = defaultdict(list)
    for path in sorted(Path(folder, "logs").rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        runs[record["rule"]].append(record["run"])
    print("| rule | jobs | seconds | CPU seconds | longest job, s | peak memory, MB |")
    print("|:--|--:|--:|--:|--:|--:|")
    total = [0, 0.0, 0.0]
    for rule, jobs in sorted(runs.items(), key=lambda item: -sum(job["seconds"] for job in item[1])):
        seconds, cpu = (sum(job[key] for job in jobs) for key in ("seconds", "cpu_seconds"))
        longest, peak = (max(job[key] for job in jobs) for key in ("seconds", "peak_mb"))
        total = [total[0] + len(jobs), total[1] + seconds, total[2] + cpu]
        print(f"| `{rule}` | {len(jobs)} | {seconds:.1f} | {cpu:.1f} | {longest:.1f} | {peak} |")
    print(f"| all | {total[0]} | {total[1]:.1f} | {total[2]:.1f} | | |")


if __name__ == "__main__":
    main(sys.argv[1])
