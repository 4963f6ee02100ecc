"""The README as package indexes show it, with links that lead out of it; all else is in pyproject.toml."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import setup

REPOSITORY = "https://github.com/OpenBAC/OpenBAC"
PAGES = f"{REPOSITORY}/blob/main/"
PICTURES = f"{REPOSITORY.replace('github.com', 'raw.githubusercontent.com')}/main/"
LINK = re.compile(r"(?P<picture>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")


def with_whole_links(text: str) -> str:
    """A page of the repository for readers elsewhere: what it links in the repository, by whole addresses."""

    def whole(link: re.Match[str]) -> str:
        target = link["target"]
        if "://" in target or target.startswith("#"):
            return link[0]
        return f"{link['picture']}[{link['words']}]({PICTURES if link['picture'] else PAGES}{target})"

    return LINK.sub(whole, text)


if __name__ == "__main__":
    readme = Path(__file__).with_name("README.md").read_text(encoding="utf-8")
    setup(long_description=with_whole_links(readme), long_description_content_type="text/markdown")
