"""SCXML documents as charts, and a session that runs one as the test framework of jbeard4 does.

Executable content is the document's own elements; the session runs them on its data. Time is in milliseconds."""

from __future__ import annotations

import heapq
import math
import re
import xml.etree.ElementTree as ET
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecmascript import UNDEFINED, ScriptError, assign, evaluate, execute, truth

from workflows.machine.chart import Chart, ChartState, ChartTransition, StateSpec, TransitionSpec
from workflows.machine.interpreter import Active, Bystander, Outcome, fire, start

STATES = ("state", "parallel", "final", "history")
DONE = "done.state."


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document read: its chart, the paths of its ids, its data and scripts."""

    chart: Chart
    paths: dict[str, str]
    data: tuple[ET.Element, ...]
    scripts: tuple[ET.Element, ...]
    folder: Path  #: where scripts in files of their own lie

    def ids(self, configuration: tuple[str, ...]) -> set[str]:
        """The ids of atomic states."""
        names = {path: name for name, path in self.paths.items()}
        return {names[path] for path in configuration}


def read(path: Path) -> Document:
    """The document of a file."""
    root = ET.parse(path).getroot()
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return _Reader(root, path.parent).document()


class _Reader:
    def __init__(self, root: ET.Element, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.names: dict[ET.Element, str] = {root: ""}
        self.paths: dict[str, str] = {}
        self._name(root, "")

    def document(self) -> Document:
        return Document(
            chart=Chart(self._state(self.root)),
            paths=self.paths,
            data=tuple(self.root.iter("data")),
            scripts=tuple(self.root.findall("script")),
            folder=self.folder,
        )

    def _name(self, parent: ET.Element, path: str) -> None:
        for number, element in enumerate(each for each in parent if each.tag in STATES):
            name = element.get("id", f"-{number}")
            self.names[element] = name
            inner = f"{path}/{name}" if path else name
            self.paths[element.get("id", inner)] = inner
            self._name(element, inner)

    def _state(self, element: ET.Element) -> StateSpec:
        children = tuple(self._state(child) for child in element if child.tag in STATES)
        common = {
            "name": self.names[element],
            "entry": tuple(element.findall("onentry")),
            "exit": tuple(element.findall("onexit")),
        }
        if element.tag == "history":
            default = element.find("transition")
            assert default is not None
            return StateSpec(
                **common,
                kind="history",
                deep=element.get("type") == "deep",
                default=self._targets(default.get("target")),
                default_actions=(default,),
            )
        transitions = tuple(
            self._transition(each, f"{self.names[element]}[{number}]")
            for number, each in enumerate(element.findall("transition"))
        )
        if element.tag in ("parallel", "final"):
            return StateSpec(**common, kind=element.tag, children=children, transitions=transitions)
        if not any(child.kind != "history" for child in children):
            return StateSpec(**common, transitions=transitions)
        initial = element.find("initial/transition")
        return StateSpec(
            **common,
            kind="compound",
            children=children,
            initial=self._targets(element.get("initial") if initial is None else initial.get("target")),
            initial_actions=() if initial is None else (initial,),
            transitions=transitions,
        )

    def _targets(self, ids: str | None) -> tuple[str, ...]:
        return tuple(self.paths[name] for name in (ids or "").split())

    def _transition(self, element: ET.Element, key: str) -> TransitionSpec:
        return TransitionSpec(
            key=key,
            events=tuple(self._descriptor(each) for each in element.get("event", "").split()),
            guard=element.get("cond"),
            targets=self._targets(element.get("target")),
            internal=element.get("type") == "internal",
            actions=(element,),
        )

    def _descriptor(self, text: str) -> str:
        name = text.removesuffix("*").removesuffix(".")
        if name.startswith(DONE) and name.removeprefix(DONE) in self.paths:
            return DONE + self.paths[name.removeprefix(DONE)] + text.removeprefix(name)
        return text


@dataclass(frozen=True)
class Event:
    """An event as `_event` shows it."""

    name: str
    data: Any = UNDEFINED
    origin: str = "external"
    sendid: str | None = None


@dataclass(order=True)
class _Delayed:
    due_ms: float
    number: int
    event: Event = field(compare=False)
    sendid: str | None = field(compare=False)


class Session(Bystander):
    """One run of a document: the interpreter's host, its data, and the queues of SCXML."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.internal: deque[Event] = deque()
        self.external: deque[Event] = deque()
        self.delayed: list[_Delayed] = []
        self.now_ms = 0.0
        self.sent = 0
        self.trace: list[str] = []
        self.scope: dict[str, Any] = {
            "_event": UNDEFINED,
            "_sessionid": "session",
            "_name": "",
            "In": self._in,
            "Math": {"pow": pow, "max": max, "min": min, "abs": abs, "floor": math.floor},
        }
        self.active: Active | None = None
        self.outcome: Outcome | None = None

    # -- running ------------------------------------------------------------------------------------------------------

    def start(self) -> set[str]:
        """The ids of the first configuration."""
        for element in self.document.data:
            self.scope[element.get("id", "")] = UNDEFINED
        for element in self.document.data:
            self._attempt(self._declare, element)
        for element in self.document.scripts:
            self._attempt(self._run, element)
        self.outcome = start(self.document.chart, self)
        return self._drained()

    def fire(self, event: Event) -> set[str]:
        """The ids after an event from outside."""
        self.external.append(event)
        return self._drained()

    def wait(self, delay_ms: float) -> set[str]:
        """The ids after a time, with what was due meanwhile."""
        until = self.now_ms + delay_ms
        while self.delayed and self.delayed[0].due_ms <= until:
            due = heapq.heappop(self.delayed)
            self.now_ms = due.due_ms
            self.fire(due.event)
        self.now_ms = until
        return self._drained()

    def _drained(self) -> set[str]:
        assert self.outcome is not None
        while self.external:
            event = self.external.popleft()
            self._see(event)
            configuration, history = self.outcome.configuration, self.outcome.history
            self.outcome = fire(self.document.chart, configuration, history, event.name, self)
        return self.document.ids(self.outcome.configuration)

    def _see(self, event: Event) -> None:
        name = event.name
        self.scope["_event"] = {"name": name, "data": event.data, "type": event.origin, "sendid": event.sendid}

    # -- the interpreter's host ---------------------------------------------------------------------------------------

    def observe(self, active: Active) -> None:
        self.active = active

    def holds(self, guard: str) -> bool:
        try:
            return truth(evaluate(guard, self.scope))
        except ScriptError as error:
            self._fail(error)
            return False

    def leave(self, state: ChartState) -> None:
        self._blocks(state.spec.exit)

    def take(self, transition: ChartTransition) -> None:
        self._blocks(transition.actions)

    def enter(self, state: ChartState) -> None:
        self._blocks(state.spec.entry)

    def raise_event(self, event: str) -> None:
        self.internal.append(Event(event, origin="platform"))

    def raised(self) -> str | None:
        if not self.internal:
            return None
        event = self.internal.popleft()
        self._see(event)
        return event.name

    # -- executable content -------------------------------------------------------------------------------------------

    def _blocks(self, blocks: tuple[ET.Element, ...]) -> None:
        for block in blocks:
            self._attempt(self._all, list(block))

    def _attempt(self, act: Any, on: Any) -> None:
        try:
            act(on)
        except ScriptError as error:  # the rest of the block is left out, as SCXML says
            self._fail(error)

    def _fail(self, error: ScriptError) -> None:
        self.trace.append(f"error: {error}")
        self.internal.append(Event("error.execution", origin="platform"))

    def _all(self, elements: list[ET.Element]) -> None:
        for element in elements:
            self._run(element)

    def _run(self, element: ET.Element) -> None:
        tag = element.tag
        if tag == "raise":
            self.internal.append(Event(element.get("event", ""), origin="internal"))
        elif tag == "send":
            self._send(element)
        elif tag == "cancel":
            sendid = self._given(element, "sendid")
            self.delayed = [each for each in self.delayed if each.sendid != sendid]
            heapq.heapify(self.delayed)
        elif tag == "assign":
            text = element.get("expr") or (element.text or "").strip()
            assign(element.get("location", ""), evaluate(text, self.scope), self.scope)
        elif tag == "log":
            self.trace.append(str(evaluate(element.get("expr", "''"), self.scope)))
        elif tag == "script":
            file = element.get("src")
            execute((self.document.folder / file).read_text() if file else element.text or "", self.scope)
        elif tag == "if":
            self._all(self._branch(element))
        elif tag == "foreach":
            self._each(element)
        else:
            raise ScriptError(f"<{tag}> is not known here")

    def _branch(self, element: ET.Element) -> list[ET.Element]:
        chosen = truth(evaluate(element.get("cond", ""), self.scope))
        result: list[ET.Element] = []
        for child in element:
            if child.tag in ("elseif", "else"):
                if chosen:
                    break
                chosen = child.tag == "else" or truth(evaluate(child.get("cond", ""), self.scope))
            elif chosen:
                result.append(child)
        return result

    def _each(self, element: ET.Element) -> None:
        items = evaluate(element.get("array", ""), self.scope)
        if not isinstance(items, list):
            raise ScriptError("foreach wants an array")
        for number, item in enumerate(list(items)):
            execute(f"var {element.get('item', '')} = null", self.scope)
            assign(element.get("item", ""), item, self.scope)
            if index := element.get("index"):
                self.scope[index] = number
            self._all(list(element))

    def _send(self, element: ET.Element) -> None:
        self.sent += 1
        sendid = element.get("id")
        if location := element.get("idlocation"):
            sendid = f"send-{self.sent}"
            assign(location, sendid, self.scope)
        target = self._given(element, "target")
        delay_ms = _milliseconds(self._given(element, "delay") or "0s")
        origin = "internal" if target == "#_internal" else "external"
        event = Event(self._given(element, "event") or "", self._payload(element), origin, sendid)
        if target == "#_internal":
            self.internal.append(event)
        elif delay_ms > 0:
            heapq.heappush(self.delayed, _Delayed(self.now_ms + delay_ms, self.sent, event, sendid))
        else:
            self.external.append(event)

    def _payload(self, element: ET.Element) -> Any:
        content = element.find("content")
        if content is not None:
            return evaluate(content.get("expr", ""), self.scope) if "expr" in content.attrib else _literal(content)
        names = {name: evaluate(name, self.scope) for name in element.get("namelist", "").split()}
        given = {
            each.get("name", ""): evaluate(each.get("expr") or each.get("location", ""), self.scope)
            for each in element.findall("param")
        }
        return names | given or UNDEFINED

    def _given(self, element: ET.Element, name: str) -> str | None:
        expression = element.get(f"{name}expr")
        return element.get(name) if expression is None else str(evaluate(expression, self.scope))

    def _declare(self, element: ET.Element) -> None:
        text = element.get("expr") or (element.text or "").strip()
        if text:
            self.scope[element.get("id", "")] = evaluate(text, self.scope)

    def _in(self, name: str) -> bool:
        return self.active is not None and self.document.paths.get(name, "") in self.active


def _literal(content: ET.Element) -> Any:
    text = (content.text or "").strip()
    try:
        return evaluate(text, {})
    except ScriptError:
        return text


def _milliseconds(delay: str) -> float:
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*(ms|s)?\s*", delay)
    if match is None:
        raise ScriptError(f"{delay!r} is not a delay")
    return float(match[1]) * (1000 if match[2] == "s" else 1)
