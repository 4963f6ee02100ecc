"""What a person has stated of a mammogram, kept on its volume node: a saved scene has it, too."""

from __future__ import annotations

import logging
from typing import Any, Final

from shared_core import hosting as bac

FACTS_ATTRIBUTE: Final = "BACSegmentation.Facts"


def keep_facts(volume_node: Any, facts: bac.StatedFacts) -> None:
    """The facts of a volume from now on."""
    volume_node.SetAttribute(FACTS_ATTRIBUTE, bac.json_bytes(facts).decode("utf-8"))


def facts_of(volume_node: Any) -> bac.StatedFacts | None:
    """What was stated of a volume; None where nothing was, or the packages that read it are not there."""
    text = volume_node.GetAttribute(FACTS_ATTRIBUTE)
    if not text:
        return None
    try:
        return bac.decoded(text, bac.StatedFacts, volume_node.GetName())
    except (ImportError, bac.OpenBacError) as error:
        logging.warning("The facts of %s cannot be read: %s", volume_node.GetName(), error)
        return None
