"""Downloads against a real HTTP server on the loopback interface."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared_core.errors import Cancelled, ModelError, OutputError
from shared_core.weights.card import ModelCard
from shared_core.weights.fetch import fetch_weights, require_weights
from shared_core.weights.location import find_weights
from tests.weights.conftest import CONTENT


@dataclass
class Site:
    """What the server sends, and which ranges it was asked for."""

    content: bytes = CONTENT
    ranges: bool = True
    status: int = 200
    cut_after: list[int] = field(default_factory=list)
    """Bytes after which the next connections break, one entry each."""
    announce_length: bool = True
    wrong_range: bool = False
    asked: list[str | None] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        asked = self.headers.get("Range")
        site.asked.append(asked)
        if site.status != 200:
            self.send_error(site.status)
            return
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and site.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            first = start + site.wrong_range
            self.send_header("Content-Range", f"bytes {first}-{len(site.content) - 1}/{len(site.content)}")
        body = site.content[start:]
        if site.announce_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: site.cut_after.pop(0)] if site.cut_after else body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def online(card: ModelCard, site: Site) -> Iterator[ModelCard]:
    """The card with the address of a running server."""
    handler = type("SiteHandler", (Handler,), {"site": site})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield replace(card, url=f"http://127.0.0.1:{server.server_port}/tiny.pt")
        server.shutdown()
        thread.join()


@pytest.fixture
def offline(card: ModelCard) -> ModelCard:
    """The card with an address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return replace(card, url=f"http://127.0.0.1:{port}/tiny.pt")


def test_download_arrives_whole_in_the_cache_with_progress(
    online: ModelCard, cache: Path, site: Site
) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_weights(online, progress=lambda here, total: seen.append((here, total)))
    assert path == cache / "tiny.pt"
    assert path.read_bytes() == CONTENT
    assert list(cache.iterdir()) == [path]
    assert seen == sorted(seen)
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert find_weights(online) == path


def test_weights_that_are_here_are_not_downloaded_again(online: ModelCard, site: Site) -> None:
    fetch_weights(online)
    assert fetch_weights(online) == require_weights(online)
    assert len(site.asked) == 1


def test_chosen_folder_is_made_and_filled(online: ModelCard, cache: Path, tmp_path: Path) -> None:
    path = fetch_weights(online, weights_dir=tmp_path / "a" / "b")
    assert path == tmp_path / "a" / "b" / "tiny.pt"
    assert not cache.exists()


def test_broken_transfer_resumes_within_one_call(online: ModelCard, site: Site) -> None:
    site.cut_after = [100_000, 50_000]
    assert fetch_weights(online).read_bytes() == CONTENT
    assert site.asked == [None, "bytes=100000-", "bytes=150000-"]


def test_broken_transfer_resumes_in_a_later_call(online: ModelCard, site: Site, cache: Path) -> None:
    site.cut_after = [100_000, 0]
    with pytest.raises(ModelError, match=r"after 100000 of 256000 bytes; try again to resume"):
        fetch_weights(online)
    assert (cache / "tiny.pt.part").stat().st_size == 100_000
    assert find_weights(online) is None
    assert fetch_weights(online).read_bytes() == CONTENT
    assert site.asked[-1] == "bytes=100000-"


def test_server_that_always_breaks_ends_the_tries(online: ModelCard, site: Site) -> None:
    site.cut_after = [1000] * 100
    with pytest.raises(ModelError, match="after 5000 of 256000"):
        fetch_weights(online)
    assert len(site.asked) == 5


def test_server_without_ranges_sends_all_again(online: ModelCard, site: Site, cache: Path) -> None:
    site.ranges = False
    site.cut_after = [100_000]
    assert fetch_weights(online).read_bytes() == CONTENT
    assert site.asked == [None, "bytes=100000-"]


def test_server_without_length_is_read_to_the_cards_size(online: ModelCard, site: Site) -> None:
    site.announce_length = False
    site.content = CONTENT + b"more"
    assert fetch_weights(online).read_bytes() == CONTENT


def test_range_that_was_not_asked_for_is_refused(online: ModelCard, site: Site) -> None:
    site.cut_after = [100_000]
    site.wrong_range = True
    with pytest.raises(ModelError, match="another part of the file"):
        fetch_weights(online)


def test_wrong_content_leaves_nothing_behind(online: ModelCard, site: Site, cache: Path) -> None:
    site.content = CONTENT[::-1]
    with pytest.raises(
        ModelError, match=f"does not hold the weights of model tiny: sha256 is .* {online.sha256}"
    ):
        fetch_weights(online)
    assert list(cache.iterdir()) == []


def test_wrong_length_is_refused_before_the_download(online: ModelCard, site: Site, cache: Path) -> None:
    site.content = b"<html>Sign in to the hospital network</html>"
    with pytest.raises(ModelError, match="it has 44 bytes, expected 256000"):
        fetch_weights(online)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("stale", [b"x" * 1000, b"x" * len(CONTENT), b"x" * (len(CONTENT) + 1)])
def test_stale_part_of_another_file_is_replaced(online: ModelCard, cache: Path, stale: bytes) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt.part").write_bytes(stale)
    assert fetch_weights(online).read_bytes() == CONTENT
    assert list(cache.iterdir()) == [cache / "tiny.pt"]


def test_complete_part_needs_no_connection(offline: ModelCard, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt.part").write_bytes(CONTENT)
    assert fetch_weights(offline).read_bytes() == CONTENT


def test_cancel_keeps_what_arrived(online: ModelCard, cache: Path) -> None:
    with pytest.raises(Cancelled):
        fetch_weights(online, cancel=lambda: True)
    kept = (cache / "tiny.pt.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    assert fetch_weights(online).read_bytes() == CONTENT


def test_address_not_found_is_told(online: ModelCard, site: Site) -> None:
    site.status = 404
    with pytest.raises(ModelError, match="the server answers 404 Not Found"):
        fetch_weights(online)


def test_offline_message_says_what_from_where_and_where_to(offline: ModelCard, cache: Path) -> None:
    with pytest.raises(ModelError) as caught:
        fetch_weights(offline)
    message = str(caught.value)
    assert "cannot be downloaded (no connection: Connection refused)" in message
    assert (
        f"download {offline.url} and put it into {cache}, or name its folder with --weights DIR." in message
    )
    assert "\n" not in message


def test_weights_put_by_hand_after_the_message_are_found(offline: ModelCard, cache: Path) -> None:
    with pytest.raises(ModelError):
        require_weights(offline)
    (cache / "tiny.pt").write_bytes(CONTENT)
    assert require_weights(offline) == cache / "tiny.pt"


def test_download_not_wanted_is_an_error_that_says_how(online: ModelCard, site: Site) -> None:
    with pytest.raises(ModelError, match=r"not on this machine: download http://127\.0\.0\.1"):
        require_weights(online, download=False)
    assert site.asked == []
    assert require_weights(online).read_bytes() == CONTENT


def test_card_without_address_says_whom_to_ask(card: ModelCard) -> None:
    with pytest.raises(ModelError, match=r"has no download address: get tiny\.pt from whoever made the card"):
        fetch_weights(card)


def test_folder_that_cannot_be_made_is_an_output_error(online: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot be written to"):
        fetch_weights(online, weights_dir=tmp_path / "file" / "below")


def test_wrong_file_in_place_is_never_overwritten(online: ModelCard, cache: Path, site: Site) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(b"someone's own")
    with pytest.raises(ModelError, match="delete the file"):
        fetch_weights(online)
    assert (cache / "tiny.pt").read_bytes() == b"someone's own"
    assert site.asked == []


def test_downloads_at_once_all_end_well_and_one_connects(online: ModelCard, site: Site) -> None:
    results: list[bytes | Exception] = []

    def download() -> None:
        try:
            results.append(fetch_weights(online).read_bytes())
        except Exception as error:
            results.append(error)

    threads = [threading.Thread(target=download) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [CONTENT] * 4
    assert os.name == "nt" or len(site.asked) == 1


def test_wait_for_another_download_can_be_cancelled(online: ModelCard, site: Site) -> None:
    def fetch_again(here: int, total: int) -> None:
        fetch_weights(online, cancel=lambda: True)

    with pytest.raises(Cancelled):
        fetch_weights(online, progress=fetch_again)
    assert fetch_weights(online).read_bytes() == CONTENT
