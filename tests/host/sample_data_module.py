"""Stand-in for Slicer's module Sample Data: it takes what is registered, as keywords of the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass
class SampleDataSource:
    """One sample."""

    sampleName: str | None
    uris: str
    customDownloader: Callable[[Any], Any] | None
    thumbnailFileName: str | None


class SampleDataLogic:
    """What modules and scripts call."""

    categories: dict[str, str]
    sources: dict[str, list[SampleDataSource]]

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
        source = SampleDataSource(sampleName, uris, customDownloader, thumbnailFileName)
        cls.sources.setdefault(category, []).append(source)

    def sourceForSampleName(self, sampleName: str) -> SampleDataSource | None:
        """As in Slicer 5.12."""
        found = (one for sources in self.sources.values() for one in sources if one.sampleName == sampleName)
        return next(found, None)

    def downloadFromSource(
        self, source: SampleDataSource, maximumAttemptsCount: int = 3, forceDownload: bool = False
    ) -> list[Any]:
        """As in Slicer 5.12: the address is opened, whatever the button would do."""
        raise ValueError(f"unknown url type: {source.uris}")

    def downloadSamples(self, sampleName: str) -> list[Any]:
        """As in Slicer 5.12."""
        source = self.sourceForSampleName(sampleName)
        return self.downloadFromSource(source) if source else []


def sample_data_module() -> ModuleType:
    """A new module ``SampleData`` in which nothing is registered yet."""
    module = ModuleType("SampleData")
    module.SampleDataLogic = type("SampleDataLogic", (SampleDataLogic,), {"categories": {}, "sources": {}})  # type: ignore[attr-defined]
    return module
