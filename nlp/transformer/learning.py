"""The epochs: seeded, by batches of like length, stopped when the held-out loss no longer falls."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import torch

from nlp.train import SEED
from nlp.transformer.card import Options
from nlp.transformer.encoding import Encoded, padded
from nlp.transformer.network import Loss, Network, Targets, device

WARM_UP = 0.1  # of all steps: until then the rate rises, afterwards it falls to zero
BARE = 0.25  # of the texts of an epoch are read as typed without diacritics
DECAY = 0.01
STEEPEST = 1.0  # to which the gradient's length is cut
POOL = 50  # batches that are sorted by length together: the rest is chance

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Texts:
    """The texts of all rows, as they are and as typed without diacritics."""

    plain: Sequence[Encoded]
    bare: Sequence[Encoded]
    padding: int


def learn(
    network: Network,
    texts: Texts,
    targets: Targets,
    loss: Loss,
    sides: tuple[Sequence[int], Sequence[int]],
    options: Options,
    progress: Progress,
) -> dict[str, float]:
    """Train a network in place and leave it with the weights of its best epoch; return what came of it.

    `sides`: the rows to learn from and those held out. `progress` is told the share done.
    """
    known, unseen = sides
    draw, where = Random(SEED), device()  # noqa: S311 (an order of rows, not a secret)
    network.to(where)
    loss = Loss(loss.heads, {name: weight.to(where) for name, weight in loss.weights.items()})
    targets = Targets({name: truth.to(where) for name, truth in targets.truths.items()})
    optimiser = torch.optim.AdamW(network.parameters(), lr=options.rate, weight_decay=DECAY)
    steps = options.epochs * math.ceil(len(known) / options.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, steps))
    best, best_epoch, kept, done = math.inf, 0, None, 0
    for epoch in range(1, options.epochs + 1):
        network.train()
        for batch in _batches(known, texts.plain, options.batch, draw):
            read = [texts.bare[n] if draw.random() < BARE else texts.plain[n] for n in batch]
            optimiser.zero_grad()
            with torch.autocast(where.type, torch.bfloat16, enabled=where.type == "cuda"):
                scores = _scores(network, read, texts.padding, where)
            loss(scores.float(), targets.of(batch)).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), STEEPEST)
            optimiser.step()
            schedule.step()
            done += 1
            progress(done / steps)
        value = _held_out(network, texts, targets, loss, unseen, options.batch)
        if value < best:
            best, best_epoch = value, epoch
            kept = {name: weight.detach().cpu().clone() for name, weight in network.state_dict().items()}
        if options.patience and epoch - best_epoch >= options.patience:
            break
    network.to("cpu")
    if kept:
        network.load_state_dict(kept)
    network.eval()
    return {"epochs": float(best_epoch), "held_out_loss": round(best, 4) if kept else 0.0}


def _rate(step: int, steps: int) -> float:
    warm = max(1, int(WARM_UP * steps))
    return (step + 1) / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))


def _batches(known: Sequence[int], texts: Sequence[Encoded], size: int, draw: Random) -> list[list[int]]:
    order = list(known)
    draw.shuffle(order)
    batches: list[list[int]] = []
    for low in range(0, len(order), size * POOL):
        pool = sorted(order[low : low + size * POOL], key=lambda number: len(texts[number]))
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    draw.shuffle(batches)
    return batches


def _scores(network: Network, read: Sequence[Encoded], padding: int, where: Any) -> Any:
    ids, mask = padded(read, padding)
    return network(torch.from_numpy(ids).to(where), torch.from_numpy(mask).to(where))


def _held_out(
    network: Network, texts: Texts, targets: Targets, loss: Loss, unseen: Sequence[int], size: int
) -> float:
    network.eval()
    scores, where = [], next(network.parameters()).device
    with torch.inference_mode():
        for low in range(0, len(unseen), size):
            read = [texts.plain[number] for number in unseen[low : low + size]]
            scores.append(_scores(network, read, texts.padding, where).float())
        return float(loss(torch.cat(scores), targets.of(list(unseen)))) if scores else math.inf
