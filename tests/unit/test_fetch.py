"""Fetching: a file or a checkpoint comes whole and checked, or a message says where it is from."""

import hashlib
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from scripts.corpora import fetch_dataset
from scripts.models import fetch_model
from scripts.provenance.errors import Problem

BODY = b'{"a": 1}\n'
SUM = hashlib.sha256(BODY).hexdigest()


def zipped() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("in/data.json", BODY)
    return made.getvalue()


class Source(BaseHTTPRequestHandler):
    """Serves the file, an archive, a broken download and a redirect; notes who showed a token."""

    tokens: ClassVar[list[tuple[str, str | None]]] = []

    def do_GET(self):
        self.tokens.append((self.path, self.headers.get("Authorization")))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/data.json")
            self.end_headers()
            return
        if self.path not in ("/data.json", "/all.zip", "/short", "/torn"):
            self.send_error(403)
            return
        body = zipped() if self.path == "/all.zip" else BODY
        self.send_response(200)
        if self.path == "/torn":
            self.protocol_version = "HTTP/1.1"
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"20\r\nhalf")
        else:
            self.send_header("Content-Length", str(len(body) + (5 if self.path == "/short" else 0)))
            self.end_headers()
            self.wfile.write(body)
        self.close_connection = True

    def log_message(self, *words):
        pass


@pytest.fixture
def source(monkeypatch):
    monkeypatch.delenv("HF_TOKEN", raising=False)
    Source.tokens = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fetch(url: str, output, sha256: str = SUM) -> None:
    fetch_dataset.main(["--url", url, "--sha256", sha256, "--licence", "CC BY 4.0", "--output", str(output)])


@pytest.mark.parametrize("name", ["/data.json", "/all.zip#in/data.json", "/moved"])
def test_file_or_member_of_an_archive_is_published(source, tmp_path, name):
    fetch(source + name, tmp_path / "out" / "data.json")
    assert (tmp_path / "out" / "data.json").read_bytes() == BODY
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data.json"]


@pytest.mark.parametrize(
    "name, sha256, message",
    [
        ("/data.json", "0" * 64, "000000000000… was expected"),
        ("/all.zip#absent", SUM, "has no member absent"),
        ("/data.json#absent", SUM, "has no member absent"),
        ("/short", SUM, "broke off after 9 of 14 bytes"),
        ("/torn", "", "could not be fetched"),
        ("/none", SUM, "403"),
    ],
)
def test_what_cannot_be_had_whole_is_one_message_with_the_licence_and_no_file(source, tmp_path, name, sha256, message):
    with pytest.raises(Problem, match=message) as caught:
        fetch(source + name, tmp_path / "out" / "data.json", sha256)
    assert "Licence: CC BY 4.0." in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_unreachable_source_is_named(source, tmp_path):
    with pytest.raises(Problem, match=r"http://127\.0\.0\.1:1/x could not be fetched"):
        fetch("http://127.0.0.1:1/x", tmp_path / "data.json")


def test_token_goes_to_the_hub_alone_and_not_where_it_sends_on(source, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "secret")
    fetch(source + "/moved", tmp_path / "data.json")
    assert Source.tokens == [("/moved", None), ("/data.json", None)]
    monkeypatch.setattr(fetch_dataset, "HUB", source)
    fetch(source + "/moved", tmp_path / "data.json")
    assert Source.tokens[2:] == [("/moved", "Bearer secret"), ("/data.json", None)]


class File:
    def __init__(self, name):
        self.rfilename = name


class Info:
    sha, kind = "a" * 40, "bert"
    siblings: ClassVar[list[File]] = []


@pytest.fixture
def hub(monkeypatch):
    """A hub that knows one model, a BERT of the files `siblings`; the asked revisions are noted."""
    import huggingface_hub

    asked = []
    monkeypatch.setattr(Info, "siblings", [File("config.json"), File("model.safetensors")])

    def model_info(self, name, revision):
        asked.append(revision)
        return Info

    def download(name, revision, local_dir, allow_patterns):
        asked.append(allow_patterns)
        (local_dir / ".cache").mkdir(parents=True, exist_ok=True)
        (local_dir / ".cache" / "time").write_text("now")
        (local_dir / "config.json").write_text(json.dumps({"model_type": Info.kind, "of": f"{name} {revision}"}))

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", model_info)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return asked


@pytest.mark.parametrize("given, asked", [("b" * 40, "b" * 40), ("newest", None)])
def test_checkpoint_is_published_with_the_commit_it_came_from(hub, tmp_path, given, asked):
    fetch_model.main(["--id", "some/model", "--revision", given, "--code", "none", "--output", str(tmp_path / "model")])
    assert hub[0] == asked and hub[1] == ["config.json"] and not any("bin" in word for word in hub[2])
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["config.json", "revision.json"]
    assert f"some/model {Info.sha}" in (tmp_path / "model" / "config.json").read_text()
    assert Info.sha in (tmp_path / "model" / "revision.json").read_text()


def test_hub_that_cannot_be_reached_is_one_message_and_leaves_nothing(hub, tmp_path, monkeypatch):
    import httpx2
    import huggingface_hub

    for error in (httpx2.ConnectError("no route"), OSError("gated")):

        def refuse(*words, error=error, **more):
            raise error

        monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
        with pytest.raises(Problem, match="some/model at newest could not be fetched"):
            fetched(tmp_path)
    assert list(tmp_path.iterdir()) == []


def fetched(tmp_path, code="none", revision="newest"):
    words = ["--id", "some/model", "--revision", revision, "--code", code, "--output", str(tmp_path / "model")]
    fetch_model.main(words)


def test_pickled_weights_are_asked_for_where_there_are_no_others(hub, tmp_path, monkeypatch):
    monkeypatch.setattr(Info, "siblings", [File("pytorch_model-00001-of-00002.bin"), File("training_args.bin")])
    fetched(tmp_path)
    assert "pytorch_model*.bin" in hub[2] and "*.bin" not in hub[2]


def test_code_of_an_encoder_comes_from_a_pinned_commit_alone(hub, tmp_path, monkeypatch):
    """As the value detector's, which its opening runs (scripts/classifiers/batches.py)."""
    names = ("model.safetensors", "modeling_detector.py", "configuration_detector.py", "train_script.py")
    monkeypatch.setattr(Info, "siblings", [File(name) for name in names])
    monkeypatch.setattr(Info, "kind", "a_detector")
    with pytest.raises(Problem, match=rf"modeling_detector\.py.* at commit {Info.sha} and pin"):
        fetched(tmp_path, code="own")
    assert len(hub) == 1
    fetched(tmp_path, code="own", revision="b" * 40)
    assert set(hub[-1]) - set(fetch_model.KEPT) == {"modeling_detector.py", "configuration_detector.py"}
    with pytest.raises(Problem, match="'a_detector', which transformers does not have"):
        fetched(tmp_path, revision="b" * 40)
    assert hub[-1] == ["config.json"]  # no weights were asked for
