"""How fast a transformer is in int8 on ONNX Runtime, against the same network in torch, at equal batches.

One thread each, interleaved, medians over rounds. The encoder has random weights: speed hangs on none.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from transformers import RobertaConfig, RobertaModel

from core.taxonomy import taxonomy
from nlp.card import Head, Sigmoid
from nlp.linear import Floats, probabilities
from nlp.transformer.encoding import Encoded, by_length, padded
from nlp.transformer.export import as_onnx
from nlp.transformer.network import Network
from nlp.transformer.quantise import candidates, quantised
from nlp.transformer.serving import TOKENS, open_session

SEED = 111
VOCABULARY = 20_000
LENGTHS = (32, 128, 256)  # tokens: a comment, a forum post, as much of an article as PhoBERT reads
LEAST = 1.5  # how many times faster int8 has to be


def main() -> int:
    """Measure and print; return the exit code: 1 where int8 is not LEAST times as fast over all lengths."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=6, help="layers of the encoder (default 6)")
    parser.add_argument("--width", type=int, default=384, help="its width (default 384)")
    parser.add_argument("--texts", type=int, default=32, help="texts of each length (default 32)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (default 5)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    figures = measure(_network(options.layers, options.width), options.texts, options.rounds)
    if options.json:
        print(json.dumps(figures, indent=1))
    else:
        print(f"{options.layers} layers of {options.width}, {options.texts} texts of each length, one thread")
        for name, value in figures.items():
            print(f"{name:<48}{value:>10.3f}")
    return int(figures["ratio, all lengths"] < LEAST)


def heads() -> dict[str, Head]:
    """Return heads as the risk task has them."""
    plain, codes = Sigmoid(slope=1, offset=0), taxonomy().codes
    return {
        "relevance": Head(outputs=("relevant",), one_of=False, scaling=(plain,)),
        "categories": Head(outputs=codes, one_of=False, scaling=(plain,) * len(codes)),
        "severity": Head(outputs=("1", "2", "3"), one_of=True),
        "kind": Head(outputs=("incident", "issue", "response"), one_of=True),
    }


def _network(layers: int, width: int) -> Network:
    config = RobertaConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // 64,
        intermediate_size=4 * width,
        max_position_embeddings=258,
        attn_implementation="sdpa",  # what torch is fastest with
    )
    return Network(RobertaModel(config, add_pooling_layer=False), width, heads()).eval()


def measure(network: Network, texts: int, rounds: int) -> dict[str, float]:
    """Return seconds, ratios and the largest difference in probability."""
    network.encoder.config._attn_implementation = "eager"
    model = as_onnx(network)
    network.encoder.config._attn_implementation = "sdpa"
    session = open_session(quantised(model, candidates(model)).SerializeToString(), threads=1)

    def int8(ids: np.ndarray, mask: np.ndarray) -> Floats:
        return np.asarray(session.run(None, {"input_ids": ids, "attention_mask": mask})[0])

    def floats(ids: np.ndarray, mask: np.ndarray) -> Floats:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(ids), torch.from_numpy(mask)).numpy())

    draw, figures, sums = np.random.default_rng(SEED), dict[str, float](), [0.0, 0.0]
    for length in LENGTHS:
        some = [_text(draw, int(n)) for n in draw.integers(length * 3 // 4, length + 1, texts)]
        batches = [
            padded([some[n] for n in batch], 1) for batch in by_length([len(text) for text in some], TOKENS)
        ]
        taken: dict[str, list[float]] = {"int8": [], "torch": []}
        answers = {name: _run(run, batches) for name, run in (("int8", int8), ("torch", floats))}
        for _ in range(rounds):
            for name, run in (("int8", int8), ("torch", floats)):
                start = time.perf_counter()
                _run(run, batches)
                taken[name].append(time.perf_counter() - start)
        middle = {name: statistics.median(times) for name, times in taken.items()}
        sums = [sums[0] + middle["int8"], sums[1] + middle["torch"]]
        for name, seconds in middle.items():
            figures[f"{length} tokens, {name}, ms a text"] = 1000 * seconds / texts
        figures[f"{length} tokens, ratio torch to int8"] = middle["torch"] / middle["int8"]
        figures[f"{length} tokens, largest difference"] = float(
            np.abs(_probabilities(answers["int8"]) - _probabilities(answers["torch"])).max()
        )
    figures["ratio, all lengths"] = sums[1] / sums[0]
    return figures


def _run(
    run: Callable[[np.ndarray, np.ndarray], Floats], batches: Sequence[tuple[np.ndarray, np.ndarray]]
) -> Floats:
    return np.concatenate([run(ids, mask) for ids, mask in batches])


def _probabilities(scores: Floats) -> Floats:
    return np.concatenate(list(probabilities(heads(), scores).values()), axis=1)


def _text(draw: np.random.Generator, length: int) -> Encoded:
    none = np.zeros(0, dtype=np.int64)
    return Encoded(draw.integers(5, VOCABULARY, length), none, none, none)


if __name__ == "__main__":
    sys.exit(main())
