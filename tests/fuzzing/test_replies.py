"""Whatever comes back over the wire, an examination ends with verdicts, and wrong values win no task.

The replies that the reference solutions earn are recorded once. Then they are mutated, as bytes and as MessagePack, and
sent through the real decoding, examining and diagnosing, in place of a candidate's process.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import math
import queue
import struct
import threading
import time
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import wire
from grader.catalog import load_catalog
from grader.datasets import install_california_housing
from grader.examiner import examiner as examining
from grader.examiner.candidate_processes import ReferenceProcess, SubmissionProcess
from grader.examiner.checks import Check
from grader.examiner.examiner import Examiner, run_examiner
from grader.prefork import IMPORT_COMPILER
from grader.records import ExerciseReport, Submission
from grader.sandbox import DEFAULT_LIMITS, Process, Server
from grader.sentences import Sentence, learner

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
CATALOG = load_catalog(ROOT)
WARM_UP = (*CATALOG.warm_up(exercise.id for exercise in CATALOG.exercises), IMPORT_COMPILER)
STUDENT = "fuzzed"
PATIENCE = 60  # seconds that one examination may take, on a busy machine

Amount = Callable[[int, int], int]
Send = Callable[[bytes], bytes]  # what goes over the wire in place of a reply


def fuzzing(number: int) -> Callable[[Any], Any]:
    """Decorate a test that Hypothesis runs `number` times with the same examples."""
    checks = list(HealthCheck)
    return settings(max_examples=number, derandomize=True, database=None, deadline=None, suppress_health_check=checks)


# Mutating -------------------------------------------------------------------------------------------------------------


def nested(opening: bytes, depth: int, inside: bytes = b"\xc0") -> msgspec.Raw:
    """Return MessagePack in which `opening` is repeated."""
    return msgspec.Raw(opening * depth + inside)


def tensor(**fields: Any) -> list[Any]:
    """Return a tensor's facts as in MessagePack; by default two elements, detached."""
    plain: dict[str, Any] = {
        "dtype": "float32",
        "shape": [2],
        "device": "cpu",
        "data": bytes(8),
        "requires_grad": False,
        "is_leaf": True,
        "grad_fn": None,
        "grad": None,
        "object": 0,
        "storage": 0,
        "version": 0,
    }
    return ["tensor", *{**plain, **fields}.values()]


def chain(length: int) -> list[Any]:
    """Return a tensor whose gradient has a gradient, and so on."""
    found = tensor()
    for _ in range(length):
        found = tensor(grad=found)
    return found


def lists(depth: int) -> list[Any]:
    """Return nested lists."""
    found: list[Any] = ["items", "list", []]
    for _ in range(depth):
        found = ["items", "list", [found]]
    return found


NAN, INF = float("nan"), float("inf")
EXTREMES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1),
    *(0.0, -0.0, NAN, INF, -INF, 1e308, 5e-324, 0.1),
    *(
        "",
        "x",
        "\0",
        "\x1b[2J\r\n",
        "\u202e",
        "\N{COMBINING ACUTE ACCENT}" * 300,
        "A\n" * 300,
        "{0} {x} %s",
        "…" * 4001,
    ),
    *("x" * 201, "x" * 1002, "x" * 4002, "float32", "bfloat16", "complex128", "bool", "int64", "meta", "cuda:0"),
    *("returned", "raised", "missing", "impossible", "not_asked", "NotImplementedError", "raise"),
    *(b"", b"\0", b"\xff" * 8, b"\x7f" * 64, bytes(4096)),
    *([], [0], [-1], [1] * 64, [1] * 65, [2**62, 4], [0, 2**62], [2**40] * 3, [0] * 64, [2**63, 0], [NAN], [None] * 3),
    *({}, {"": 1}, {"aten::mm": -1}, {"relu": 2**64 - 1}, {"x": 1.5}, {"x" * 201: 1}, {1: 1}, {"changed": ["x"]}),
    *({f"x{i}": 1 for i in range(n)} for n in (500, 501)),
    *([f"x{i}" for i in range(n)] for n in (500, 501)),
    {"type": "ValueError", "bases": ["ValueError"], "message": "\n", "line": 1, "code": ""},
    {"type": "NotImplementedError", "bases": [], "message": "", "line": -1, "code": "raise"},
    {"type": "", "bases": [""] * 500, "message": "x" * 1001, "line": 2**63 - 1, "code": "\x1b"},
    {
        "type": "AttributeError",
        "bases": [],
        "message": "module 'submission' has no attribute 'f'",
        "line": 0,
        "code": "",
    },
    {"type": "RuntimeError", "bases": ["RuntimeError"], "message": "modified by an inplace operation:", "line": None}
    | {"code": "x"},
    *(lists(depth) for depth in (2, 11, 12, 13, 14, 60)),
    *(chain(length) for length in (1, 11, 12, 13, 14, 60)),
    *(["items", kind, items] for kind in ("list", "tuple", "Size") for items in ([], [None], [1, 2], [tensor()] * 3)),
    *(["items", "tuple", [1], of] for of in ("", "Pair", "\x1b[0m", "x" * 1001, "x" * 1002, 3)),
    *(["items", "list", [0] * size] for size in (wire.MAX_NODES, wire.MAX_NODES + 1)),
    ["items", "set", []],
    ["items", "list", [["items", "list", [0] * 15_000]] * 3],
    *(["pairs", kind, [["a", 1], ["a", tensor()]]] for kind in ("dict", "OrderedDict", "list")),
    *(["pairs", "dict", [["a", 1]], of] for of in ("Counter", "\x1b", "x" * 1002)),
    ["pairs", "dict", [[NAN, NAN], [["items", "list", []], 1], [tensor(), None], [None, None], [True, 1], [1.0, 1]]],
    ["pairs", "dict", [[1]]],
    *(["named", kind, "\x1b" * 900] for kind in ("dtype", "device", "class", "function", "module", "lambda")),
    *(["other", "Tensor", why] for why in ("", "too large", "x" * 1002)),
    ["array", "float64", [2], bytes(16), 0, 0],
    ["array", "object", [2**62, 2**62], None, -1, 2**64 - 1],
    ["array", "<U9", [], b"", 0, 0],
    *(tensor(dtype=d, data=n * b"\xff") for d in (*wire.DTYPES, "float99", "") for n in (2, 8, 16, 32)),
    *(tensor(shape=s, data=d) for s in ([], [0], [0, 2**62], [2**63], [2**31] * 3, [1] * 64) for d in (b"", bytes(4))),
    *(tensor(device=d, data=None) for d in ("meta", "cuda:0", "", "x" * 200)),
    tensor(shape=[-1]),
    tensor(shape=[3], data=bytes(12), requires_grad=True, is_leaf=False, grad_fn="\x1b[0m", grad=tensor(shape=[9])),
    tensor(object=2**64 - 1, storage=-(2**63), version=-1),
    ["tensor"],
    *(nested(b"\x91", depth) for depth in (100, 5_000, 1_000_000)),  # lists
    *(nested(b"\x81\xa1x", depth) for depth in (100, 5_000)),  # dicts
    nested(b"\x93\xa5items\xa4list\x91", 5_000),
    *map(msgspec.Raw, (b"\xa2\xff\xfe", b"\xa3\xed\xa0\x80", b"\xc1", b"\xd4\x05\x00", b"\xd6\xff\x00\x00\x00\x00")),
    *map(
        msgspec.Raw,
        (b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff"),
    ),
    *map(msgspec.Raw, (b"", b"\xc0\xc0", b"\x82\xa1x\x01\xa1x\x02", b"\xca\x7f\xc0\x00\x00", b"\xd3\x80" + bytes(7))),
]

EXTREMES += [[fact] * n for fact in EXTREMES if isinstance(fact, list) and fact and fact[0] == "tensor" for n in (1, 3)]
EXTREMES += [[fact] for fact in EXTREMES if isinstance(fact, dict) and "bases" in fact]  # the errors of loading
EXTREMES += [{key: tensor()} for key in ("x", "\x1b")]
ENCODED = [e if isinstance(e, msgspec.Raw) else msgspec.Raw(msgspec.msgpack.encode(e)) for e in EXTREMES]
STRUCTS = {"tensor": wire.TensorFact, "array": wire.ArrayFact, "items": wire.Items, "pairs": wire.Pairs}


@functools.cache
def fitting(place: type[msgspec.Struct], name: str) -> list[msgspec.Raw]:
    """Return the extreme values that the schema accepts for a field."""
    hint = typing.get_type_hints(place, vars(wire), include_extras=True)[name]
    found = []
    for value in ENCODED:
        with contextlib.suppress(ValueError, RecursionError, MemoryError):
            msgspec.msgpack.decode(value, type=hint)
            found.append(value)
    return found


def alike(node: Any) -> list[msgspec.Raw]:
    """Return the extreme values of a node's own kind, or all if there are none."""
    same = [encoded for value, encoded in zip(EXTREMES, ENCODED, strict=True) if type(value) is type(node)]
    return same or ENCODED


def fitting_for(parent: Any, key: Any, top: Any) -> list[msgspec.Raw]:
    """Return the extremes that the schema takes in place of `parent[key]`, a node below the field `top`."""
    if isinstance(parent, dict) and "nonce" in parent:
        reply = wire.Loaded if "errors" in parent else wire.Observation
        return fitting(reply, key) if key in reply.__struct_fields__ else []
    if isinstance(parent, list) and parent and isinstance(parent[0], str) and parent[0] in STRUCTS and key:
        struct_ = STRUCTS[parent[0]]
        return fitting(struct_, struct_.__struct_fields__[key - 1]) if key <= len(struct_.__struct_fields__) else []
    return fitting(wire.Observation, "result") if top in ("result", "before", "arguments", "keywords") else []


# Choices that Hypothesis draws and shrinks. The schema refuses most random values; with "fit" more are accepted.
POSITIONS = st.integers(0, 2**16)
VALUES = st.one_of(
    st.sampled_from(EXTREMES),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=20),
    st.binary(max_size=64),
)
IN_TREE = st.tuples(
    st.sampled_from([*["fit"] * 20, "replace", "drop", "double", "copy", "shorten", "lengthen", "flip", "swap"]),
    st.lists(POSITIONS, min_size=1, max_size=7),
    VALUES,
)
IN_BYTES = st.tuples(
    st.sampled_from(["flip", "cut", "double", "insert", "splice", "erase", "claim", "set"]),
    st.tuples(POSITIONS, POSITIONS),
    st.binary(min_size=1, max_size=9),
)
IN_TREES = st.lists(IN_TREE, min_size=1, max_size=3).map(lambda steps: ("tree", steps))
IN_MESSAGES = st.lists(IN_BYTES, min_size=1, max_size=3).map(lambda steps: ("bytes", steps))
MUTATIONS = st.integers(0, 4).flatmap(lambda choice: IN_MESSAGES if choice == 4 else IN_TREES)


def mutate(payload: bytes, mutation: tuple[str, Sequence[Any]], others: Sequence[bytes]) -> bytes:
    """Return the message to send in place of `payload`, with its length."""
    how, steps = mutation
    if how == "tree":
        tree = msgspec.msgpack.decode(payload)
        for step in steps:
            tree = in_tree(tree, *step)
        payload = msgspec.msgpack.encode(tree)
        return struct.pack("!I", len(payload)) + payload
    claimed = None
    for kind, where, extra in steps:
        if kind == "claim":
            claimed = int.from_bytes(extra[:4], "big")
        else:
            payload = in_bytes(payload, kind, where, extra, others)
    return struct.pack("!I", len(payload) if claimed is None else claimed) + payload


def in_tree(tree: Any, kind: str, path: Sequence[int], value: Any) -> Any:
    """Change one node of what MessagePack holds: the one that `path` leads to, a choice at each level."""
    node, parent, siblings, key, top = tree, None, (), None, None
    for choice in path:
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        if not keys:
            break
        parent, siblings, key = node, keys, keys[choice % len(keys)]
        top = top or key
        node = node[key]
    if kind == "fit" and parent is not None and key not in ("type", "nonce"):
        among = fitting_for(parent, key, top) or alike(node)
        value = among[path[-1] % len(among)]
    if not isinstance(value, msgspec.Raw):
        value = msgspec.Raw(msgspec.msgpack.encode(value))  # what is shared by all examples is not to be changed
    if parent is None:
        return value
    if kind == "fit" and key in ("type", "nonce"):
        return tree
    if kind == "drop":
        del parent[key]
    elif kind == "double" and isinstance(parent, list):
        parent.insert(key, node)
    elif kind == "copy":
        parent[key] = parent[siblings[path[0] % len(siblings)]]
    elif kind == "swap" and isinstance(parent, list):
        parent.reverse()
    elif kind == "shorten" and isinstance(node, (list, str, bytes)):
        parent[key] = node[: path[0] % (len(node) + 1)]
    elif kind == "lengthen" and isinstance(node, (list, str, bytes)) and len(node) < 2**20:
        parent[key] = node * (2 + path[0] % 3)
    elif kind == "flip" and isinstance(node, bytes) and node:
        at = path[0] % len(node)
        parent[key] = node[:at] + bytes([node[at] ^ (1 << path[-1] % 8)]) + node[at + 1 :]
    elif kind == "flip" and isinstance(node, (bool, int, float)):
        parent[key] = not node if isinstance(node, bool) else -node
    else:
        parent[key] = value
    return tree


def in_bytes(payload: bytes, kind: str, where: tuple[int, int], extra: bytes, others: Sequence[bytes]) -> bytes:
    """Change the bytes of a message."""
    start, end = sorted(position % (len(payload) + 1) for position in where)
    if kind == "cut":
        return payload[:start]
    if kind == "erase":
        return payload[:start] + payload[end:]
    if kind == "double":
        return payload[:end] + payload[start:end] + payload[end:]
    if kind == "insert":
        return payload[:start] + extra + payload[start:]
    if kind == "set":
        return payload[:start] + extra + payload[start + len(extra) :]
    if kind == "splice":
        other = others[where[0] % len(others)]
        return payload[:start] + other[where[1] % (len(other) + 1) :]
    flipped = bytearray(payload)
    if start < len(flipped):
        flipped[start] ^= 1 << extra[0] % 8
    return bytes(flipped)


# Examining ------------------------------------------------------------------------------------------------------------


class Wire:
    """The channel to a candidate that is not there: what it sends is `answer` of what it is asked."""

    def __init__(self, answer: Callable[[wire.Request], bytes]) -> None:
        self._answer = answer
        self._waiting = b""

    def settimeout(self, seconds: float) -> None:
        """Do nothing."""

    def sendall(self, message: bytes) -> None:
        """Take a request and prepare its answer."""
        self._waiting = self._answer(wire.decode_request(message[4:]))

    def recv(self, size: int) -> bytes:
        """Return a part of the answer; nothing at its end, as a closed channel does."""
        chunk, self._waiting = self._waiting[:size], self._waiting[size:]
        return chunk


class Forged(Process):
    """A candidate's process for the examiner, with a channel but without a process."""

    def __init__(self, answer: Callable[[wire.Request], bytes]) -> None:
        server: Any = SimpleNamespace(limits=DEFAULT_LIMITS)
        channel: Any = Wire(answer)
        super().__init__(server, channel, None, time.monotonic)

    def _how_it_ended(self) -> Sentence:
        self.end()
        return learner.EXIT_CODE(code=0)

    def end(self) -> None:
        """Do nothing."""
        self._gone = True


def key_of(request: wire.Request) -> bytes:
    """Return a key that distinguishes requests."""
    return wire.encode(msgspec.structs.replace(request, nonce=0))


class Desk:
    """An examiner that waits in a thread, for submissions that exist as replies only.

    `truth` holds the replies that the references earn, by request; `asked` the requests of each check's examination.
    """

    def __init__(self, server: Server, ran: Counter[str]) -> None:
        self._jobs: queue.Queue[tuple[Submission, Sequence[Check] | None] | None] = queue.Queue()
        self._reports: queue.Queue[ExerciseReport | None] = queue.Queue()
        self._server = server
        self.ran = ran
        self._sources = {e.id: CATALOG.solution(e.id).read_text(encoding="utf-8") for e in CATALOG.exercises}
        self._send: Send | None = None  # None: the truth
        self._sent = 0
        self._which: int | None = None
        self.truth: dict[bytes, wire.Reply] = {}
        self.named: dict[str, wire.Reply] = {}
        self.asked: list[wire.Request] = []
        self.payloads: list[bytes] = []
        self.examiner = Examiner(CATALOG, server, course_seed="fuzz")
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def spawn(self) -> Process:
        """Return a candidate, as a server does."""
        return Forged(self._answer) if self._send is not None else self._server.spawn()

    def note(self, request: wire.Request, reply: wire.Reply) -> None:
        """Store the true answer to a request to a submission, and to each of its calls."""
        if isinstance(request, wire.CallEach):
            if request.modules != ("submission",) or not isinstance(reply, wire.Observations):
                return
            self.asked.append(request)
            for call, seen in zip(request.calls, reply.each, strict=True):
                self._note(call, seen)
        elif request.module == "submission":
            self.asked.append(request)
            self._note(request, reply)

    def _note(self, request: wire.Call | wire.Load, reply: wire.Reply) -> None:
        reply = self.truth.setdefault(key_of(request), msgspec.structs.replace(reply, nonce=0))
        self.named.setdefault(request.name if isinstance(request, wire.Call) else request.filename, reply)

    def _true(self, request: wire.Call | wire.Load) -> wire.Reply:
        """Return the true answer, or one with the same name: the reference never got some requests.

        A check may use earlier answers for its next calls, and exploration shrinks a program that differs.
        """
        name = request.name if isinstance(request, wire.Call) else request.filename
        missing = wire.Observation(nonce=0, outcome="missing")
        return self.truth.get(key_of(request)) or self.named.get(name, missing)

    def _answer(self, request: wire.Request) -> bytes:
        reply: wire.Reply
        if isinstance(request, wire.CallEach):
            each = tuple(self._true(call) for call in request.calls)
            reply = wire.Observations(nonce=0, each=each)  # type: ignore[arg-type]
        else:
            reply = self._true(request)
        payload = wire.encode(msgspec.structs.replace(reply, nonce=request.nonce))
        self._sent += 1
        if self._send is not None and (self._which is None or self._which == self._sent - 1):
            return self._send(payload)
        return struct.pack("!I", len(payload)) + payload

    def examine(
        self, exercise: str, checks: Sequence[Check] | None = None, send: Send | None = None, which: int | None = None
    ) -> ExerciseReport:
        """Examine the check with one mutated reply; it must end with a verdict."""
        self._send, self._which, self._sent = send, which, 0
        source = self._sources[exercise]
        self._jobs.put((Submission(student=STUDENT, exercise=exercise, path="", source=source), checks))
        report = self._reports.get(timeout=PATIENCE)  # raises queue.Empty where something hangs
        if report is None:
            raise AssertionError("the examiner ended") from self.failure
        return report

    def _work(self) -> None:
        everything: dict[str, list[Check]] = {}
        while (job := self._jobs.get()) is not None:
            submission, checks = job
            everything = everything or dict(self.examiner.checks)
            self.examiner.checks[submission.exercise] = list(checks or everything[submission.exercise])
            self._reports.put(self.examiner.examine(submission).report)

    def _run(self) -> None:
        try:
            suites = [suite for e in CATALOG.exercises for suite in CATALOG.suites(e.id)]
            run_examiner(self.examiner, suites, self._work)
        except BaseException as failure:
            self.failure = failure
        finally:
            self._reports.put(None)

    def __enter__(self) -> Desk:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._jobs.put(None)
        self._thread.join(timeout=PATIENCE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, ran: Counter[str]) -> Iterator[Desk]:
    """A desk that knows the true answers from full examinations of the references."""
    home = tmp_path_factory.mktemp("data")
    install_california_housing(home)
    ask, observe = Process._ask, ReferenceProcess.observe
    seen: dict[bytes, wire.Observation | None] = {}

    def noted(process: Process, request: wire.Request, *rest: Any) -> wire.Reply:
        reply = ask(process, request, *rest)
        if not isinstance(process, Forged):
            desk.note(request, reply)
        return reply

    def remembered(staff: ReferenceProcess, call: wire.Call, *, module: str, source: str) -> Any:
        key = module.encode() + key_of(call)
        if key not in seen:
            seen[key] = observe(staff, call, module=module, source=source)
        return seen[key]

    def each(staff: ReferenceProcess, call: wire.Call, sources: Mapping[str, str]) -> Any:
        return {module: remembered(staff, call, module=module, source=source) for module, source in sources.items()}

    with pytest.MonkeyPatch.context() as patch, Server(data_home=home, warm_up=WARM_UP, relaxed_sandbox=True) as server:
        patch.setattr(Process, "_ask", noted)
        patch.setattr(ReferenceProcess, "observe", remembered)  # the same questions again and again
        patch.setattr(ReferenceProcess, "observe_each", each)
        patch.setattr(examining, "SubmissionProcess", lambda _, *given: SubmissionProcess(desk, *given))
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # as the examiner will: here, to be undone
        patch.setenv("PYTEST_ADDOPTS", "")
        with Desk(server, ran) as desk:
            yield desk


@dataclass(frozen=True, kw_only=True)
class Case:
    """One check alone, and the number of its replies; the first reply is to loading."""

    check: Check
    replies: int

    def examine(self, desk: Desk, send: Send, which: int) -> None:
        """Examine the check with one reply mutated; a verdict must be its end."""
        report = desk.examine(self.check.exercise, [self.check], send, which)
        (verdict,) = (check for task in report.tasks for check in task.checks)
        assert not verdict.feedback.broken
        desk.ran["replies mutated, each examined by a check"] += 1
        desk.ran["of these taken for answers"] += verdict.status != "crashed"
        msgspec.json.encode(report)


@pytest.fixture(scope="module")
def cases(desk: Desk) -> list[Case]:
    """Every check of every exercise; all pass with the true replies."""
    found = []
    for exercise in CATALOG.exercises:
        report = desk.examine(exercise.id)
        assert report.points == report.max_points
        for check in list(desk.examiner.checks[exercise.id]):
            # Alone: nothing else has to pass before it earns its points.
            alone = dataclasses.replace(check, requires=(), judges="values")
            desk.asked.clear()
            assert desk.examine(exercise.id, [alone]).points == alone.points
            found.append(Case(check=alone, replies=len(desk.asked)))
    desk.payloads = [wire.encode(reply) for reply in desk.truth.values()]
    return found


def test_whatever_comes_back_ends_in_a_verdict(desk: Desk, cases: list[Case], amount: Amount) -> None:
    """No reply breaks a check, stops the examiner or makes it hang; an invalid one is a crashed candidate."""

    @fuzzing(amount(400, 55_000))
    @given(st.data())
    def fuzz(data: st.DataObject) -> None:
        case = data.draw(st.sampled_from(cases))
        which = data.draw(st.sampled_from([*range(1, case.replies)] * 4 + [0]))  # fewer of loading
        mutation = data.draw(MUTATIONS)
        case.examine(desk, lambda payload: mutate(payload, mutation, desk.payloads), which)

    fuzz()


NOT = bytes(byte ^ 1 for byte in range(256))
COMPLEMENT = bytes(reversed(range(256)))


def inverted(fact: Any) -> Any:
    """Return a fact with other values and the same other facts."""
    if isinstance(fact, bool):
        return not fact
    if isinstance(fact, int):
        return ~fact
    if isinstance(fact, float):
        return -fact - 1 if math.isfinite(fact) else 0.5
    if isinstance(fact, str):
        return f"{fact}?"[-wire.MAX_TEXT :]
    if isinstance(fact, (wire.TensorFact, wire.ArrayFact)):
        data = None if fact.data is None else fact.data.translate(NOT if fact.dtype == "bool" else COMPLEMENT)
        changed = {"data": data}
        if isinstance(fact, wire.TensorFact):
            changed["grad"] = inverted(fact.grad)
        return msgspec.structs.replace(fact, **changed)
    if isinstance(fact, wire.Named):
        return msgspec.structs.replace(fact, name=f"{fact.name}?")
    if isinstance(fact, wire.Items):
        return msgspec.structs.replace(fact, items=tuple(map(inverted, fact.items)))
    if isinstance(fact, wire.Pairs):
        return msgspec.structs.replace(fact, items=tuple((key, inverted(value)) for key, value in fact.items))
    return fact


BESIDES = [
    name
    for name in wire.Observation.__struct_fields__
    if name not in ("nonce", "outcome", "result", "raised", "arguments", "keywords")
]
TASKS = [(exercise.id, task.name) for exercise in CATALOG.exercises for task in exercise.tasks]


def test_wrong_values_win_no_task(desk: Desk, cases: list[Case], amount: Amount, ran: Counter[str]) -> None:
    """With every value replaced, and any other lies, no task gets all its points."""
    everything = {(e, t): [c.check for c in cases if (c.check.exercise, c.check.task) == (e, t)] for e, t in TASKS}

    @fuzzing(amount(40, 1_500))
    @given(st.sampled_from(TASKS), st.lists(st.tuples(st.sampled_from(BESIDES), POSITIONS), max_size=5))
    def fuzz(task: tuple[str, str], lies: list[tuple[str, int]]) -> None:
        def lied(seen: wire.Observation) -> dict[str, Any]:
            ran["replies with every value replaced"] += 1
            values: dict[str, Any] = {"result": inverted(seen.result)}
            values["arguments"] = tuple(map(inverted, seen.arguments))
            values["keywords"] = {key: inverted(value) for key, value in seen.keywords.items()}
            tree: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(seen, **values), builtin_types=(bytes,))
            for name, choice in lies:
                among = fitting(wire.Observation, name)
                tree[name] = among[choice % len(among)]
            return tree

        def lie(payload: bytes) -> bytes:
            reply = wire.decode_reply(payload)
            if isinstance(reply, wire.Observation):
                payload = msgspec.msgpack.encode(lied(reply))
            elif isinstance(reply, wire.Observations):
                tree = msgspec.to_builtins(msgspec.structs.replace(reply, each=()), builtin_types=(bytes,))
                payload = msgspec.msgpack.encode({**tree, "each": [lied(seen) for seen in reply.each]})
            return struct.pack("!I", len(payload)) + payload

        report = desk.examine(task[0], everything[task], lie)
        checks = [check for found in report.tasks for check in found.checks]
        assert {check.status for check in checks} != {"passed"}
        assert not [str(check.feedback) for check in checks if check.feedback.broken]

    fuzz()
