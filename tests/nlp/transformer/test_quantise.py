"""The int8 model: close to the network, and less of it int8 where it would not be."""

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import RobertaConfig, RobertaModel

from nlp.card import Head, Sigmoid
from nlp.transformer.encoding import Encoded
from nlp.transformer.export import LIMIT, export
from nlp.transformer.network import Network
from nlp.transformer.quantise import candidates, quantised
from nlp.transformer.serving import open_session

HEADS = {
    "relevance": Head(outputs=("relevant",), one_of=False, scaling=(Sigmoid(slope=1, offset=0),)),
    "kind": Head(outputs=("incident", "issue", "response"), one_of=True),
}


def network(scale: float) -> Network:
    torch.manual_seed(3)
    config = RobertaConfig(
        vocab_size=2000,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=130,
        attn_implementation="eager",
    )
    made = Network(RobertaModel(config, add_pooling_layer=False), 64, HEADS).eval()
    with torch.no_grad():
        for weight in made.parameters():
            if weight.ndim == 2:
                weight *= scale
    return made


def texts(number: int = 40) -> list[Encoded]:
    draw = np.random.default_rng(1)
    none = np.zeros(0, dtype=np.int64)
    return [Encoded(draw.integers(5, 1900, int(n)), none, none, none) for n in draw.integers(5, 120, number)]


def test_a_product_and_a_table_in_int8_are_close_to_the_floats() -> None:
    draw = np.random.default_rng(2)
    matrix, table = draw.normal(size=(64, 32)), draw.normal(size=(1200, 64))
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "ids"], ["rows"]),
            helper.make_node("MatMul", ["rows", "matrix"], ["out"]),
        ],
        "one",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["n"])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 32])],
        [
            numpy_helper.from_array(matrix.astype(np.float32), "matrix"),
            numpy_helper.from_array(table.astype(np.float32), "table"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    assert set(candidates(model)) == {"matrix", "table"}
    small = quantised(model, candidates(model))
    onnx.checker.check_model(model)
    assert small.ByteSize() < model.ByteSize() / 3
    ids = np.arange(0, 1200, 7)
    (found,) = open_session(small.SerializeToString()).run(None, {"ids": ids})
    wanted = table[ids] @ matrix
    assert np.abs(found - wanted).max() < 0.02 * np.abs(wanted).max()


def test_all_matrices_of_a_calm_network_become_int8() -> None:
    made = export(network(1.0), HEADS, texts(), 1)
    assert made.difference <= LIMIT
    assert (made.int8, made.float_) == (13, 0)  # six of each layer, and the table of tokens


def test_matrices_that_would_cost_too_much_stay_float() -> None:
    made = export(network(8.0), HEADS, texts(), 1)
    assert made.difference <= LIMIT
    assert made.float_
