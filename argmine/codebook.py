"""A codebook: the frames that a researcher looks for, as a YAML file that takes ten minutes to write.

Each frame has a proposition, what counts as pro, con and neutral toward it, and example sentences a side. An error
names the file and the line.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from argmine.errors import CodebookError

BUILT_IN = "ai_policy"
LEARNED_FILE = "codebook.yaml"
EXAMPLE_SIDES = ("pro", "con", "neutral")

_CODEBOOK_KEYS = ("name", "description", "frames", "background")
_FRAME_KEYS = ("title", "proposition", *EXAMPLE_SIDES, "include", "exclude", "threshold", "examples")


@dataclass(frozen=True)
class Frame:
    """One stance frame: a proposition and what it means to speak for it, against it, or about it."""

    name: str
    title: str
    proposition: str
    pro: str = ""
    con: str = ""
    neutral: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    threshold: float | None = None
    examples: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Codebook:
    """The frames, plus `background`: sentences of such threads that speak to none of them."""

    name: str
    frames: tuple[Frame, ...]
    description: str = ""
    background: tuple[str, ...] = ()
    folder: Path | None = field(default=None, compare=False, repr=False)
    """Where `argmine learn` wrote it, with what was learned beside it; nothing that the codebook says."""

    @property
    def frame_names(self) -> list[str]:
        """The frames' names, in the codebook's order."""
        return [frame.name for frame in self.frames]

    def frame(self, name: str) -> Frame:
        """Return the frame of that name; raise CodebookError where there is none."""
        for frame in self.frames:
            if frame.name == name:
                return frame
        raise CodebookError(f"codebook {self.name}: no frame {name!r}; it has {', '.join(self.frame_names)}.")

    @property
    def sha256(self) -> str:
        """Hash of the content; two files that say the same in another layout have the same hash."""
        content = yaml.safe_dump(self.as_dict(), sort_keys=True, allow_unicode=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON would hold them; `from_dict` reads them back."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(replace(self, folder=None))))
        del plain["folder"]
        return plain

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Codebook:
        """Return the codebook that `as_dict` described."""
        frames = tuple(
            Frame(
                **{
                    **frame,
                    "include": tuple(frame["include"]),
                    "exclude": tuple(frame["exclude"]),
                    "examples": {side: tuple(texts) for side, texts in frame["examples"].items()},
                }
            )
            for frame in values["frames"]
        )
        return cls(values["name"], frames, values["description"], tuple(values["background"]))


def load_codebook(source: str | Path = BUILT_IN) -> Codebook:
    """Return the built-in codebook of that name, a YAML file's, or the one in a folder that `argmine learn` wrote.

    Raise CodebookError with file and line.
    """
    if str(source) == BUILT_IN:
        text = (resources.files("argmine") / "codebooks" / f"{BUILT_IN}.yaml").read_text(encoding="utf-8")
        return _Parser(f"{BUILT_IN}.yaml").codebook(text)
    path = Path(source)
    if path.is_dir():
        return replace(load_codebook(path / LEARNED_FILE), folder=path)
    if not path.is_file():
        raise CodebookError(f"{path}: there is no such codebook file. The built-in one is called {BUILT_IN}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodebookError(f"{path}: not UTF-8 at byte {error.start}. Save the codebook as UTF-8.") from error
    return _Parser(str(path)).codebook(text)


class _Parser:
    """Turns YAML nodes into a Codebook, so that every complaint can name its line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def fail(self, node: yaml.Node | None, complaint: str) -> CodebookError:
        line = node.start_mark.line + 1 if node is not None else 1
        return CodebookError(f"{self.file}, line {line}: {complaint}")

    def codebook(self, text: str) -> Codebook:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 1
            raise CodebookError(
                f"{self.file}, line {line}: not valid YAML: {getattr(error, 'problem', error)}."
            ) from error
        if root is None:
            raise self.fail(None, "the file is empty. It needs `name` and `frames`.")
        top = self.mapping(root, "the codebook", _CODEBOOK_KEYS)
        if "frames" not in top:
            raise self.fail(root, "`frames` is missing. List each frame with a `proposition`.")
        frames = self.mapping(top["frames"], "`frames`", None)
        if not frames:
            raise self.fail(top["frames"], "`frames` holds no frame.")
        return Codebook(
            name=self.text(top.get("name"), "name") or Path(self.file).stem,
            description=self.text(top.get("description"), "description"),
            background=self.texts(top.get("background"), "background"),
            frames=tuple(self.frame(name, node) for name, node in frames.items()),
        )

    def frame(self, name: str, node: yaml.Node) -> Frame:
        values = self.mapping(node, f"frame {name}", _FRAME_KEYS)
        proposition = self.text(values.get("proposition"), "proposition")
        if not proposition:
            raise self.fail(node, f"frame {name} has no `proposition`: the sentence that people are for or against.")
        examples = self.mapping(values["examples"], "`examples`", None) if "examples" in values else {}
        for side, side_node in examples.items():
            if side not in EXAMPLE_SIDES:
                raise self.fail(
                    side_node,
                    f"frame {name} has examples for the side {side!r}; a side is one of {', '.join(EXAMPLE_SIDES)}.",
                )
        return Frame(
            name=name,
            title=self.text(values.get("title"), "title") or name.replace("_", " ").capitalize(),
            proposition=proposition,
            **{side: self.text(values.get(side), side) for side in EXAMPLE_SIDES},
            include=self.texts(values.get("include"), "include"),
            exclude=self.texts(values.get("exclude"), "exclude"),
            threshold=self.threshold(values.get("threshold"), name),
            examples={side: self.texts(node, side) for side, node in examples.items()},
        )

    def mapping(self, node: yaml.Node, what: str, allowed: tuple[str, ...] | None) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, f"{what} should be a list of `key: value` lines.")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if allowed is not None and name not in allowed:
                raise self.fail(key, f"{what} has an unknown key {name!r}; allowed: {', '.join(allowed)}.")
            if name in found:
                raise self.fail(key, f"{what} has {name!r} twice.")
            found[name] = value
        return found

    def text(self, node: yaml.Node | None, what: str) -> str:
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            raise self.fail(node, f"`{what}` should be one text.")
        return str(node.value).strip()

    def texts(self, node: yaml.Node | None, what: str) -> tuple[str, ...]:
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            return ()
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, f"`{what}` should be a list, a `- text` on each line.")
        return tuple(self.text(item, what) for item in node.value)

    def threshold(self, node: yaml.Node | None, name: str) -> float | None:
        if node is None:
            return None
        try:
            value = float(self.text(node, "threshold"))
        except ValueError:
            value = -1.0
        if not 0 <= value <= 1:
            raise self.fail(node, f"frame {name} has the threshold {node.value!r}; it must be a number from 0 to 1.")
        return value
