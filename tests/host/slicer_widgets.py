"""Stand-ins for the MRML widgets that the module's .ui asks for, over the real scene and its real events."""

from __future__ import annotations

from typing import Any, Final

from PySide6 import QtCore, QtWidgets


class qMRMLWidget(QtWidgets.QWidget):
    """Hands the scene on to the widgets in it, through the connections of the .ui."""

    mrmlSceneChanged = QtCore.Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        """As in Slicer."""
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        """As in Slicer."""
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)


class qMRMLNodeComboBox(QtWidgets.QComboBox):
    """Lists the nodes of its types; empty until it has a scene."""

    currentNodeChanged = QtCore.Signal(object)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._tags: list[int] = []
        self._nodes: list[Any] = []
        self._filling = False
        self._options: dict[str, Any] = {
            **dict.fromkeys(("addEnabled", "removeEnabled", "selectNodeUponCreation"), True),
            **dict.fromkeys(("noneEnabled", "showHidden", "renameEnabled", "editEnabled"), False),
            "nodeTypes": [],
            "baseName": "",
            "noneDisplay": "None",
            "showChildNodeTypes": True,
        }
        self.currentIndexChanged.connect(self._on_index)

    def _option(kind: str | type, name: str) -> Any:  # type: ignore[misc]
        def get(self: Any) -> Any:
            return self._options[name]

        def put(self: Any, value: Any) -> None:
            self._options[name] = list(value) if kind == "QStringList" else value
            self._fill()

        return QtCore.Property(kind, get, put)

    nodeTypes = _option("QStringList", "nodeTypes")
    addEnabled = _option(bool, "addEnabled")
    removeEnabled = _option(bool, "removeEnabled")
    renameEnabled = _option(bool, "renameEnabled")
    editEnabled = _option(bool, "editEnabled")
    noneEnabled = _option(bool, "noneEnabled")
    noneDisplay = _option(str, "noneDisplay")
    showHidden = _option(bool, "showHidden")
    showChildNodeTypes = _option(bool, "showChildNodeTypes")
    selectNodeUponCreation = _option(bool, "selectNodeUponCreation")
    baseName = _option(str, "baseName")

    def setMRMLScene(self, scene: Any) -> None:
        """As in Slicer."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._scene = scene
        events = ("NodeAddedEvent", "NodeRemovedEvent", "EndCloseEvent", "EndImportEvent")
        watched = [getattr(scene, event) for event in events] if scene is not None else []
        self._tags = [scene.AddObserver(event, self._on_scene) for event in watched]
        self._fill()

    def currentNode(self) -> Any:
        """As in Slicer."""
        place = self.currentIndex
        return self._nodes[place] if 0 <= place < len(self._nodes) else None

    def setCurrentNode(self, node: Any) -> None:
        """As in Slicer: a node that is not listed selects nothing."""
        wanted = self._scene.GetNodeByID(node) if isinstance(node, str) and self._scene else node
        self.setCurrentIndex(self._nodes.index(wanted) if wanted in self._nodes else -1)

    def _on_scene(self, caller: Any, event: str) -> None:
        self._fill()

    def _on_index(self, place: int) -> None:
        if not self._filling:
            self.currentNodeChanged.emit(self.currentNode())

    def _fill(self) -> None:
        before = self.currentNode()
        nodes = self._listed() if self._scene is not None else []
        self._filling = True
        self.clear()
        self._nodes = ([None] if self._options["noneEnabled"] else []) + nodes
        for node in self._nodes:
            self.addItem(node.GetName() if node is not None else self._options["noneDisplay"])
        self.setCurrentIndex(self._nodes.index(before) if before in self._nodes else -1 if nodes else 0)
        self._filling = False
        if self.currentNode() is not before:
            self.currentNodeChanged.emit(self.currentNode())

    def _listed(self) -> list[Any]:
        found: list[Any] = []
        for kind in self._options["nodeTypes"]:
            for number in range(self._scene.GetNumberOfNodesByClass(kind)):
                node = self._scene.GetNthNodeByClass(number, kind)
                own = self._options["showChildNodeTypes"] or node.GetClassName() == kind
                if own and node not in found and not node.GetHideFromEditors():
                    found.append(node)
        return found


class qMRMLTableView(QtWidgets.QTableWidget):
    """Shows a table node and follows it.

    The one in Slicer forgets its table when it has a scene and no view node: here it takes no scene at all.
    """

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._node: Any = None
        self._tag = 0

    def mrmlTableNode(self) -> Any:
        """As in Slicer."""
        return self._node

    def setMRMLTableNode(self, node: Any) -> None:
        """As in Slicer."""
        if self._node is not None:
            self._node.RemoveObserver(self._tag)
        self._node = node
        if node is not None:
            self._tag = node.AddObserver("ModifiedEvent", self._on_modified)
        self._show()

    def _on_modified(self, caller: Any, event: str) -> None:
        self._show()

    def _show(self) -> None:
        node = self._node
        rows, columns = (node.GetNumberOfRows(), node.GetNumberOfColumns()) if node is not None else (0, 0)
        first = int(columns > 0 and node.GetUseFirstColumnAsRowHeader())
        self.setRowCount(rows)
        self.setColumnCount(max(columns - first, 0))
        for column in range(columns):
            name = node.GetColumnName(column)
            title = (node.GetUseColumnTitleAsColumnHeader() and node.GetColumnTitle(name)) or name
            for row in range(rows):
                item = QtWidgets.QTableWidgetItem(node.GetCellText(row, column))
                if column < first:
                    self.setVerticalHeaderItem(row, item)
                else:
                    self.setItem(row, column - first, item)
            if column >= first:
                self.setHorizontalHeaderItem(column - first, QtWidgets.QTableWidgetItem(title))
        self.resizeColumnsToContents()


WIDGETS: Final = {one.__name__: one for one in (qMRMLWidget, qMRMLNodeComboBox, qMRMLTableView)}
