"""Options that every table has."""

import argparse


def table_parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--published", required=True, help="the published numbers of this table")
    parser.add_argument("--run", required=True, help="paper, demo or laptop")
    parser.add_argument("--evidence", required=True, choices=("real", "stand_in"))
    parser.add_argument("--output", required=True, help="tidy table, .csv")
    parser.add_argument("--text", required=True, help="the table in the paper's layout, .md")
    return parser
