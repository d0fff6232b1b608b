"""Which model is in use for each task: a folder of model folders, and a small file that points into it.

`in_use.json` names for each task the folder in use and the one before. Replacing that one file is the whole
change, so that a kill leaves either the old model or the new one in use, never half of one or none.
"""

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from pydantic import TypeAdapter, ValidationError

from core.contracts import Contract, Kind
from core.errors import BadModel, BadUsage
from core.taxonomy import taxonomy
from nlp import engine, linear
from nlp.card import Head
from nlp.engine import AnyModel
from nlp.linear import Model
from nlp.risk import CATEGORIES, DETAIL, KIND, RELEVANCE, SCREEN, SEVERITY
from nlp.task import Task
from nlp.tone import LABEL

POINTER = "in_use.json"
NEEDED = {
    Task.RISK: ((SCREEN, DETAIL), (SCREEN, RELEVANCE, CATEGORIES, SEVERITY, KIND)),
    Task.SENTIMENT: ((LABEL,), (LABEL,)),
    Task.HOSTILITY: ((LABEL,), (LABEL,)),
}
KERNELS = {Task.RISK: (RELEVANCE,), Task.SENTIMENT: (), Task.HOSTILITY: ()}


class Place(Contract):
    """The names of a task's folders: of the model `in_use`, and of the `previous` one."""

    in_use: str
    previous: str | None = None


_PLACES: TypeAdapter[dict[Task, Place]] = TypeAdapter(dict[Task, Place])


class Kept(Contract):
    """A model as it is listed: `state` is `in use`, `previous` or `kept`."""

    task: Task
    version: str
    state: str
    trained_on: str
    rows: int
    figures: dict[str, float]
    folder: str


def load(task: Task, folder: Path) -> AnyModel:
    """Return the model of `folder`, of any engine.

    Raises BadModel for one that is damaged, foreign, or of another task, and MissingPart where the libraries
    of its engine are not installed.
    """
    model = engine.load(folder)
    if model.card.task is not task:
        raise BadModel(f"{folder}: the model was trained for {model.card.task}, not for {task}")
    if isinstance(model, Model):
        _check(task, model, folder)
    return model


def _check(task: Task, model: Model, folder: Path) -> None:
    spaces, heads = NEEDED[task]
    lacking = [name for name in spaces if name not in model.spaces]
    lacking += [name for name in heads if name not in model.card.heads]
    lacking += [name for name in KERNELS[task] if name not in model.kernels]
    if lacking:
        raise BadModel(f"{folder}: the model lacks {lacking[0]!r}, which {task} needs; train it anew")
    for name in heads:
        head = model.head(name)
        lengths = {len(head.scaling), len(head.thresholds)}
        if not (head.one_of or lengths == {len(head.outputs)}) or set(head.outputs) - _answers(name, head):
            raise BadModel(
                f"{folder / linear.CARD}: the head {name!r} does not fit; restore or train it anew"
            )


def _answers(name: str, head: Head) -> set[str]:
    """Return what the outputs of a head may be."""
    known: dict[str, set[str]] = {
        CATEGORIES: set(taxonomy().codes),
        SEVERITY: {str(level) for level in taxonomy().severity},
        KIND: set(Kind),
    }
    return known.get(name, set(head.outputs))


@dataclass(frozen=True)
class Shelf:
    """A folder of models; `packaged` holds those that serve where none of its own is in use."""

    folder: Path
    packaged: Path | None = None

    def folders(self) -> dict[Task, Path]:
        """Return the folder of the model in use for each task. Raises BadModel for a damaged pointer."""
        places = self._places()
        return {task: self._folder(task, places.get(task)) for task in Task}

    def install(self, task: Task, candidate: Path) -> AnyModel:
        """Put a copy of `candidate` into use, keep the model before it as the previous one, and return it.

        The copy is loaded, which checks its hash, before anything points to it. Raises BadModel for a
        candidate that is damaged or foreign, BadUsage where the disk refuses.
        """
        places = self._places()
        now = self._copied(task, self._folder(task, places.get(task)))
        new = self._copied(task, candidate)
        previous = now if now != new else places.get(task, Place(in_use=now)).previous
        self._point(places | {task: Place(in_use=new, previous=previous)})
        return load(task, self.folder / new)

    def rollback(self, task: Task) -> AnyModel:
        """Put the previous model back into use, the one in use being the previous one then; return it.

        Raises BadUsage where there is none, BadModel where it is damaged: then nothing is changed.
        """
        places = self._places()
        place = places.get(task)
        if place is None or place.previous is None:
            raise BadUsage(f"there is no previous model of {task}; `langnghe models list` shows what is kept")
        model = load(task, self.folder / place.previous)
        self._point(places | {task: Place(in_use=place.previous, previous=place.in_use)})
        return model

    def listed(self) -> list[Kept]:
        """Return the models of each task, the one in use first; a damaged other one is left out."""
        places, found = self._places(), []
        for task, folder in self.folders().items():
            found.append(_kept(load(task, folder), "in use", folder))
            place = places.get(task)
            for other in sorted(self.folder.glob(f"{task}*/{linear.CARD}")):
                if other.parent.resolve() == folder.resolve():
                    continue
                try:
                    state = "previous" if place and other.parent.name == place.previous else "kept"
                    found.append(_kept(load(task, other.parent), state, other.parent))
                except BadModel:
                    continue
        return sorted(found, key=lambda kept: (list(Task).index(kept.task), kept.state != "in use"))

    def _places(self) -> dict[Task, Place]:
        try:
            raw = (self.folder / POINTER).read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise BadModel(f"{self.folder / POINTER}: {error.strerror}; check the folder") from error
        try:
            places = _PLACES.validate_json(raw)
        except ValidationError as error:
            raise BadModel(f"{self.folder / POINTER}: it is damaged; remove it, then promote anew") from error
        for place in places.values():
            if any(Path(name).name != name for name in (place.in_use, place.previous or "x")):
                raise BadModel(f"{self.folder / POINTER}: it names a folder elsewhere; remove it")
        return places

    def _folder(self, task: Task, place: Place | None) -> Path:
        if place:
            return self.folder / place.in_use
        return self.packaged / task if self.packaged else self.folder / task

    def _copied(self, task: Task, source: Path) -> str:
        """Return the name of the folder here that holds the model of `source`, copied if need be."""
        model = load(task, source)
        version = re.sub(r"[^\w.-]", "_", model.card.version)  # of a card that anyone may have written
        name = f"{task}-{version}"
        target = self.folder / name
        if target.exists():
            if load(task, target).card != model.card:
                raise BadModel(f"{target}: another model of version {model.card.version} is here; remove it")
            return name
        draft = None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = Path(mkdtemp(prefix=".draft-", dir=self.folder))
            for part in engine.parts(model):
                shutil.copyfile(source / part, draft / part)
                _settle(draft / part)
            load(task, draft)
            os.replace(draft, target)  # noqa: PTH105
        except OSError as error:
            raise BadUsage(f"{self.folder}: {error.strerror or error}; check folder and disk") from error
        finally:
            if draft is not None:
                shutil.rmtree(draft, ignore_errors=True)
        return name

    def _point(self, places: dict[Task, Place]) -> None:
        draft = self.folder / f".{POINTER}.{os.getpid()}"
        try:
            text = {task: place.model_dump() for task, place in places.items()}
            draft.write_text(json.dumps(text, indent=1) + "\n", "utf-8")
            _settle(draft)
            os.replace(draft, self.folder / POINTER)  # noqa: PTH105
        except OSError as error:
            raise BadUsage(f"{self.folder}: {error.strerror or error}; nothing was changed") from error
        finally:
            draft.unlink(missing_ok=True)


def _settle(file: Path) -> None:
    with file.open("rb") as content:
        os.fsync(content.fileno())


def _kept(model: AnyModel, state: str, folder: Path) -> Kept:
    card = model.card
    return Kept(
        task=card.task,
        version=card.version,
        state=state,
        trained_on=card.trained_on.isoformat(),
        rows=card.counts.get("rows", 0),
        figures=card.figures,
        folder=str(folder),
    )
