"""Workers away from the GUI thread that are gone when they are done.

napari's own `create_worker` enters each worker into its list of tasks and never strikes it off: all that a
worker was given, as a copy of the labels for every stroke, would stay until napari ends. These are the same
workers, of the package that napari takes them from, without that list.
"""

from __future__ import annotations

from superqt.utils import FunctionWorker, GeneratorWorker, WorkerBase, create_worker

__all__ = ["FunctionWorker", "GeneratorWorker", "WorkerBase", "create_worker"]
