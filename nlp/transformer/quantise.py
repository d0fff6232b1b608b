"""Dynamic int8 for an ONNX graph: weights by column, activations by row, at the time they are read.

A row's scale comes from that row alone, so that a text gets the same answer whatever it is read together
with. ONNX Runtime's own dynamic quantisation has one scale for a whole batch: the same text differed by up to
0.02 in probability between batches, as much as int8 may cost in all.
"""

from collections.abc import Collection

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

CONTRIBUTED = "com.microsoft"  # where ONNX Runtime keeps the product of int8 matrices that gives floats
STEPS = 127
LEAST = 1e-8  # of a row's scale: all of it is zero
TABLE = 1000  # rows from which an embedding is worth the trouble


def candidates(model: onnx.ModelProto) -> list[str]:
    """Return the names of the constants that can be int8: matrices of products, and tables of embeddings."""
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    products = [node.input[1] for node in model.graph.node if node.op_type == "MatMul"]
    tables = [node.input[0] for node in model.graph.node if node.op_type == "Gather"]
    names = [name for name in products if len(shapes.get(name, ())) == 2]
    names += [name for name in tables if len(shapes.get(name, ())) == 2 and shapes[name][0] >= TABLE]
    return list(dict.fromkeys(names))


def quantised(model: onnx.ModelProto, chosen: Collection[str]) -> onnx.ModelProto:
    """Return a copy of a graph in which the `chosen` constants are int8."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    graph = _Graph(copy)
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in chosen:
            graph.product(node)
        elif node.op_type == "Gather" and node.input[0] in chosen:
            graph.look_up(node)
        else:
            graph.nodes.append(node)
    return graph.finished()


def _int8(matrix: NDArray[np.float32], axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scale = np.abs(matrix).max(axis=axis, keepdims=True) / STEPS
    scale[scale == 0] = 1
    return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)


class _Graph:
    """A graph being rewritten: its nodes so far, its constants by name."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.constants = {one.name: one for one in model.graph.initializer}
        self.nodes: list[onnx.NodeProto] = []
        self.rows: dict[str, tuple[str, str]] = {}

    def constant(self, name: str, value: NDArray[np.generic] | np.generic) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def product(self, node: onnx.NodeProto) -> None:
        """Write rows · matrix as a product of bytes, times the scales of its columns and of its rows."""
        rows, name = node.input
        bytes_, scale = self._read(rows)
        matrix, columns = _int8(numpy_helper.to_array(self.constants[name]), axis=0)
        inputs = [
            bytes_,
            self.constant(f"{name}.int8", matrix),
            self.constant("int8.one", np.float32(1)),
            self.constant(f"{name}.scale", columns[0]),
            self.constant("int8.middle", np.uint8(128)),
        ]
        product = self.add("MatMulIntegerToFloat", inputs, f"{node.output[0]}.int8", domain=CONTRIBUTED)
        self.add("Mul", [product, scale], node.output[0])

    def look_up(self, node: onnx.NodeProto) -> None:
        """Write a look-up in a table as one in its bytes, times the scale of each row that was found."""
        name, wanted = node.input
        table, scale = _int8(numpy_helper.to_array(self.constants[name]), axis=1)
        output = node.output[0]
        found = self.add("Gather", [self.constant(f"{name}.int8", table), wanted], f"{output}.int8")
        number = self.add("Cast", [found], f"{output}.number", to=onnx.TensorProto.FLOAT)
        factor = self.add("Gather", [self.constant(f"{name}.scale", scale), wanted], f"{output}.scale")
        self.add("Mul", [number, factor], output)

    def _read(self, rows: str) -> tuple[str, str]:
        """Write the rows as bytes around 128, each with its own scale; once for all products of them."""
        if rows not in self.rows:
            last = self.constant("int8.last", np.array([-1], dtype=np.int64))
            size = self.add("Abs", [rows], f"{rows}.size")
            most = self.add("ReduceMax", [size, last], f"{rows}.most", keepdims=1)
            safe = self.add("Max", [most, self.constant("int8.least", np.float32(LEAST))], f"{rows}.safe")
            scale = self.add(
                "Mul", [safe, self.constant("int8.step", np.float32(1 / STEPS))], f"{rows}.row_scale"
            )
            steps = self.add("Div", [rows, scale], f"{rows}.steps")
            one, middle = self.constant("int8.one", np.float32(1)), np.uint8(128)
            inputs = [steps, one, self.constant("int8.middle", middle)]
            self.rows[rows] = self.add("QuantizeLinear", inputs, f"{rows}.bytes"), scale
        return self.rows[rows]

    def finished(self) -> onnx.ModelProto:
        """Return the model with the new nodes and only the constants that they use."""
        graph = self.model.graph
        used = {name for node in self.nodes for name in node.input} | {one.name for one in graph.output}
        del graph.node[:]
        del graph.initializer[:]
        graph.node.extend(self.nodes)
        graph.initializer.extend(one for name, one in self.constants.items() if name in used)
        if CONTRIBUTED not in {one.domain for one in self.model.opset_import}:
            self.model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))
        return self.model
