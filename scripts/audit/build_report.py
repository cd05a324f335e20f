"""Builds Snakemake's own report: every table and figure with its caption, the rule graph and the run times.

Run: python -m scripts.audit.build_report --profile demo --data-dir resources/external --targets results/demo/table3.csv
     --output results/demo/report.html
"""

import argparse
import logging
import subprocess
import sys
from pathlib import Path

from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", required=True, help="demo, laptop, or paper for none")
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--targets", nargs="+", required=True, help="finished files that the report shows")
    parser.add_argument("--output", type=Path, required=True, help=".html")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    profile = [] if args.profile == "paper" else ["--profile", args.profile]
    with publishing(args.output) as draft:
        command = [sys.executable, "-m", "snakemake", *profile, "--nolock", "--config", f"data_dir={args.data_dir}"]
        done = subprocess.run([*command, "--report", str(draft), "--", *args.targets], capture_output=True, text=True)
        log.info("%s", done.stderr)
        if done.returncode or not draft.exists():
            last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
            raise Problem(f"Snakemake could not write the report: {last}. Its whole output is in the log.")
    log.info("%s, %d targets", args.output, len(args.targets))


if __name__ == "__main__":
    main()
