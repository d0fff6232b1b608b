"""From a trained network to an int8 ONNX model with probabilities within a limit of the network's own."""

import logging
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from nlp.card import Head
from nlp.linear import Floats, probabilities
from nlp.transformer.encoding import Encoded, padded
from nlp.transformer.network import Network
from nlp.transformer.quantise import candidates, quantised
from nlp.transformer.serving import open_session

LIMIT = 0.015  # the largest difference on the probed texts: other texts then keep within 0.02
PROBED = 48  # texts that are measured
KEPT = (0.1, 0.25, 0.5, 1.0)  # shares of the matrices that stay float, tried in turn, the most harmful first


@dataclass(frozen=True)
class Exported:
    """An int8 model, the largest `difference` from the network's probabilities, its matrices by kind."""

    content: bytes
    difference: float
    int8: int
    float_: int


def export(network: Network, heads: dict[str, Head], texts: Sequence[Encoded], padding: int) -> Exported:
    """Return the network as an int8 model; matrices that cost more than LIMIT stay float, the worst first."""
    model = as_onnx(network)
    probed = [padded([text], padding) for text in texts[:: max(1, len(texts) // PROBED)][:PROBED]]
    with torch.inference_mode():
        truth = [network(torch.from_numpy(ids), torch.from_numpy(mask)).numpy() for ids, mask in probed]
    wanted = _answers(heads, np.concatenate(truth))

    def difference(chosen: Sequence[str]) -> tuple[float, bytes]:
        content = quantised(model, chosen).SerializeToString()
        session = open_session(content)
        found = [session.run(None, {"input_ids": ids, "attention_mask": mask})[0] for ids, mask in probed]
        return float(np.abs(_answers(heads, np.concatenate(found)) - wanted).max(initial=0)), content

    names = candidates(model)
    chosen = names
    far, content = difference(chosen)
    if far > LIMIT:
        harm = {name: difference([name])[0] for name in names}
        worst = sorted(names, key=lambda name: -harm[name])
        for share in KEPT:
            out = set(worst[: max(1, round(share * len(worst)))])
            chosen = [name for name in names if name not in out]
            far, content = difference(chosen)
            if far <= LIMIT:
                break
    return Exported(content, round(far, 5), len(chosen), len(names) - len(chosen))


def _answers(heads: dict[str, Head], scores: Floats) -> Floats:
    found = probabilities(heads, scores)
    return np.concatenate([found[name] for name in heads], axis=1)


def as_onnx(network: Network) -> onnx.ModelProto:
    """Return the network as an ONNX model of floats, for any number of texts of any length."""
    network.eval()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of libraries that nothing here needs
    ids = torch.full((2, 9), 5)
    shape = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids)),
            str(file),
            input_names=["input_ids", "attention_mask"],
            output_names=["scores"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            external_data=False,
            dynamo=True,
            verbose=False,
        )
        return onnx.load(file)


def scores_of(network: Network, texts: Sequence[Encoded], padding: int) -> NDArray[np.float32]:
    """Return the network's own scores of encoded texts, read one by one: what the int8 model is held to."""
    found = []
    with torch.inference_mode():
        for text in texts:
            ids, mask = padded([text], padding)
            found.append(network(torch.from_numpy(ids), torch.from_numpy(mask)).numpy())
    return np.concatenate(found)
