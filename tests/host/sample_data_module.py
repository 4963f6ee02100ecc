"""Stand-in for Slicer's module Sample Data: it takes what is registered, as keywords of the same names."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any


class SampleDataLogic:
    """The two functions that modules call."""

    categories: dict[str, str]
    sources: dict[str, list[dict[str, Any]]]

    @classmethod
    def registerCustomSampleDataCategory(cls, category: str, title: str) -> None:
        """As in Slicer 5.12."""
        cls.categories[category] = title

    @classmethod
    def registerCustomSampleDataSource(
        cls,
        category: str = "Custom",
        sampleName: str | None = None,
        uris: str | None = None,
        fileNames: str | None = None,
        nodeNames: str | None = None,
        customDownloader: Callable[[Any], Any] | None = None,
        thumbnailFileName: str | None = None,
        loadFileTypes: str | None = None,
        loadFiles: bool | None = None,
        loadFileProperties: Any = None,
        checksums: str | None = None,
    ) -> None:
        """As in Slicer 5.12, which asks for an address even where nothing is downloaded."""
        assert isinstance(uris, str), "SampleDataSource counts its addresses"
        source = {"name": sampleName, "load": customDownloader, "thumbnail": thumbnailFileName}
        cls.sources.setdefault(category, []).append(source)


def sample_data_module() -> ModuleType:
    """A new module ``SampleData`` in which nothing is registered yet."""
    module = ModuleType("SampleData")
    module.SampleDataLogic = type("SampleDataLogic", (SampleDataLogic,), {"categories": {}, "sources": {}})  # type: ignore[attr-defined]
    return module
