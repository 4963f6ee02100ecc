"""Which model runs where nobody names one: online, offline, and with either as the preferred one."""

from __future__ import annotations

import hashlib
import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import shared_core.weights.default_model as rule
from shared_core.errors import ModelError
from shared_core.weights.card import ModelCard
from shared_core.weights.default_model import default_choice, default_phrase
from shared_core.weights.fetch import fetch_weights
from shared_core.weights.location import find_bundled
from shared_core.weights.registry import load_card
from tests.weights.conftest import CONTENT

PUBLISHED = "scunet-emory-2021"


@pytest.fixture
def published(card: ModelCard, monkeypatch: pytest.MonkeyPatch) -> ModelCard:
    """The published model is preferred; its address is one that answers nobody."""
    offline = replace(card, name=PUBLISHED, url="http://127.0.0.1:9/tiny.pt")
    _prefer(monkeypatch, offline)
    return offline


def _prefer(monkeypatch: pytest.MonkeyPatch, preferred: ModelCard) -> None:
    monkeypatch.setattr(rule, "PREFERRED", preferred.name)
    monkeypatch.setattr(rule, "_decided", {})
    monkeypatch.setattr(
        rule, "load_card", lambda name: preferred if name == preferred.name else load_card(name)
    )


@pytest.fixture
def server() -> Iterator[str]:
    """An address that holds the weights."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CONTENT)))
            self.end_headers()
            self.wfile.write(CONTENT)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{httpd.server_port}/tiny.pt"
        httpd.shutdown()


@dataclass(frozen=True)
class Silent:
    """Takes connections and never says a word, as some firewalls do."""

    listener: socket.socket

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/tiny.pt"

    def callers(self) -> int:
        """How many came since this was last asked."""
        self.listener.setblocking(False)
        count = 0
        with suppress(BlockingIOError):
            while True:
                self.listener.accept()[0].close()
                count += 1
        return count


@pytest.fixture
def silent() -> Iterator[Silent]:
    """One on this machine; who waits for an answer waits until its own patience ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Silent(listener)


@pytest.mark.parametrize("name", [rule.PREFERRED, rule.OFFLINE])
def test_defaults_are_models_that_there_are(name: str) -> None:
    assert load_card(name).name == name


def test_offline_default_comes_with_the_package() -> None:
    assert find_bundled(load_card(rule.OFFLINE)) is not None


def test_preferred_runs_where_its_weights_are_here(published: ModelCard, cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(CONTENT)
    assert default_choice() == rule.ModelChoice(published)


@pytest.mark.parametrize("place", ["option", "variable"])
def test_preferred_runs_where_its_weights_are_in_a_named_folder(
    place: str, published: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny.pt").write_bytes(CONTENT)
    if place == "variable":
        monkeypatch.setenv("OPENBAC_WEIGHTS", str(tmp_path))
    choice = default_choice(weights_dir=tmp_path if place == "option" else None)
    assert choice == rule.ModelChoice(published)


def test_preferred_is_downloaded_where_that_is_possible(
    published: ModelCard, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prefer(monkeypatch, replace(published, url=server))
    assert default_choice().card.name == PUBLISHED
    assert hashlib.sha256((cache / "tiny.pt").read_bytes()).hexdigest() == published.sha256


def test_offline_model_stands_in_and_one_sentence_says_for_what_and_why(published: ModelCard) -> None:
    choice = default_choice()
    assert choice.card == load_card(rule.OFFLINE)
    assert f"the default model {PUBLISHED} are not on this machine and cannot be downloaded" in choice.note
    assert rule.OFFLINE in choice.note
    assert "\n" not in choice.note


def test_offline_model_stands_in_where_downloading_is_not_wanted(
    published: ModelCard, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prefer(monkeypatch, replace(published, url=server))
    choice = default_choice(download=False)
    assert choice.card.name == rule.OFFLINE
    assert "were not to be downloaded" in choice.note
    assert not cache.exists()


def test_page_of_a_firewall_in_place_of_the_weights_lets_the_offline_model_stand_in(
    published: ModelCard, server: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prefer(monkeypatch, replace(published, url=server, size_bytes=len(CONTENT) + 1))
    assert default_choice().card.name == rule.OFFLINE
    assert not (cache / "tiny.pt").exists()


def test_cache_that_cannot_be_written_lets_the_offline_model_stand_in(
    published: ModelCard, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prefer(monkeypatch, replace(published, url=server))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert default_choice().card.name == rule.OFFLINE


def test_silence_is_waited_for_once_and_not_long(
    published: ModelCard, silent: Silent, monkeypatch: pytest.MonkeyPatch
) -> None:
    _prefer(monkeypatch, replace(published, url=silent.url))
    monkeypatch.setattr(rule, "PATIENCE_S", 0.3)
    first = default_choice()
    assert silent.callers() == 1
    assert default_choice() is first
    assert silent.callers() == 0
    assert first.card.name == rule.OFFLINE


def test_decision_holds_for_the_process_even_if_the_weights_come_later(
    published: ModelCard, cache: Path
) -> None:
    assert default_choice().card.name == rule.OFFLINE
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "tiny.pt").write_bytes(CONTENT)
    assert default_choice().card.name == rule.OFFLINE


def test_damaged_weights_are_an_error_and_no_reason_for_another_model(
    published: ModelCard, cache: Path
) -> None:
    cache.mkdir(parents=True)
    (cache / "tiny.pt").write_bytes(CONTENT[:-1])
    with pytest.raises(ModelError, match="are not those of model"):
        default_choice()


def test_bundled_model_as_the_preferred_one_never_asks_the_network(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule, "PREFERRED", rule.OFFLINE)
    monkeypatch.setattr(rule, "_decided", {})

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(rule, "fetch_weights", fail)
    assert default_choice() == rule.ModelChoice(load_card(rule.OFFLINE))
    assert default_phrase() == rule.OFFLINE


def test_fetch_says_how_long_it_waited_for_an_answer(card: ModelCard, silent: Silent) -> None:
    with pytest.raises(ModelError, match=r"no answer within 0\.2 s"):
        fetch_weights(replace(card, url=silent.url), patience_s=0.2)
