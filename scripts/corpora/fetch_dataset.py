"""Fetches one raw file of a public corpus from its source and checks it against the registry's sha256.

A URL ending in `.zip#member` takes that member out of the archive. Gated files want a token in HF_TOKEN.
Run: python -m scripts.corpora.fetch_dataset --url https://… --sha256 … --licence … --output file
"""

import argparse
import logging
import os
import shutil
import urllib.request
import zipfile
from http.client import HTTPException
from pathlib import Path

from scripts.corpora.registry import checked
from scripts.provenance.drafts import publishing
from scripts.provenance.errors import Problem

log = logging.getLogger(__name__)
PATIENCE = 60  # seconds without a byte
HUB = "https://huggingface.co/"


def download(url: str, path: Path) -> None:
    """The bytes behind `url` to `path`; a refusal or a broken connection is a Problem that names the address."""
    request = urllib.request.Request(url)
    token = os.environ.get("HF_TOKEN")
    if token and url.startswith(HUB):
        request.add_unredirected_header("Authorization", f"Bearer {token}")  # the hub sends on to other hosts
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            with open(path, "wb") as stream:
                shutil.copyfileobj(answer, stream)
            expected = answer.headers.get("Content-Length")
    except (OSError, HTTPException) as error:
        raise Problem(
            f"{url} could not be fetched ({error}). Check the network, or a token in HF_TOKEN for gated files; "
            "or fetch it by hand into data_dir."
        ) from error
    if expected and path.stat().st_size != int(expected):
        raise Problem(f"{url} broke off after {path.stat().st_size} of {expected} bytes. Run the same command again.")


def fetch(url: str, sha256: str, output: Path) -> None:
    """Publishes the file, or the member after `#` of an archive, once its sum is right."""
    address, _, member = url.partition("#")
    with publishing(output) as draft:
        download(address, draft)
        if member:
            archive = draft.with_name(draft.name + ".zip")
            draft.rename(archive)
            try:
                with (
                    zipfile.ZipFile(archive) as opened,
                    opened.open(member) as source,
                    open(draft, "wb") as target,
                ):
                    shutil.copyfileobj(source, target)
            except (KeyError, zipfile.BadZipFile) as error:
                raise Problem(f"{address} has no member {member} ({error}). Fetch it by hand into data_dir.") from error
            finally:
                archive.unlink()
        checked(draft, sha256)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--sha256", required=True, help="empty: not pinned")
    parser.add_argument("--licence", required=True, help="told in the log")
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    args = parse_args(argv)
    try:
        fetch(args.url, args.sha256, args.output)
    except Problem as problem:
        raise Problem(f"{problem} Licence: {args.licence}.") from problem
    log.info("%s, %d bytes, licence: %s", args.output, args.output.stat().st_size, args.licence)


if __name__ == "__main__":
    main()
