"""The messages between the examiner and a candidate: requests to the candidate, plain facts back.

Everything is MessagePack with this schema, never pickle. Tensors are sent as raw bytes beside their facts. Values are
classified by exact type: an `int` is an `int`, and a subclass of `Tensor` is an `Other` with its type's name. Only a
subclass of list, tuple or dict counts as its base class. Both sides import this module, so it imports neither torch nor
any module of theirs.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

MAX_MESSAGE = 64 * 2**20  # bytes in one message, either way
MAX_TENSOR = 16 * 2**20  # bytes of one tensor that is sent back
MAX_NODES = 20_000  # values in one observation
MAX_DEPTH = 12  # nesting of lists, tuples and dicts
MAX_TEXT = 4_000  # characters of one string or captured stream
MAX_LINE = 1_000  # characters of an exception's message, a warning, a line of code
MAX_NAME = 200  # characters of one name
MAX_NAMES = 500  # different names in one list or count
MAX_RANK = 64  # dimensions of one tensor

# The dtypes in which tensors may be sent, by their names in torch.
DTYPES = tuple("bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64 complex64 complex128".split())

_LENGTH = struct.Struct("!I")


# Requests: what a suite asks a candidate ------------------------------------------------------------------------------


class TensorInput(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="tensor"):
    """A tensor to build in the candidate: `data` holds the elements in row-major order, whatever the strides.

    `strides` (in elements) gives it a memory layout that is not contiguous. `intermediate` makes it the result of an
    operation instead of a leaf, and retains its gradient. `grad` is set on a leaf before the call.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    device: str = "cpu"
    strides: tuple[int, ...] | None = None
    requires_grad: bool = False
    intermediate: bool = False
    grad: bytes | None = None


class ArrayInput(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="array"):
    """A NumPy array to build in the candidate, contiguous."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Code(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="code"):
    """A Python expression to evaluate in the candidate. It can use torch, nn, F, np and math."""

    text: str


class SequenceInput(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="sequence"):
    """A list or a tuple of inputs."""

    kind: Literal["list", "tuple"]
    items: tuple[Input, ...]


class MappingInput(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="mapping"):
    """A dict of inputs with string keys."""

    items: tuple[tuple[str, Input], ...]


class ModuleInput(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="module"):
    """A module to build in the candidate: `source` defines `factory`, which is called with `arguments`.

    `state` then fills its parameters and buffers, by their names in `state_dict()`, and sets the parameters' flags and
    gradients. `training` sets the mode of the whole module.
    """

    source: str
    factory: str
    arguments: tuple[Input, ...]
    state: tuple[tuple[str, TensorInput], ...]
    training: bool


Input: TypeAlias = (
    bool | int | float | str | TensorInput | ArrayInput | Code | SequenceInput | MappingInput | ModuleInput | None
)


class Load(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """Run a source file's top-level statements as the module `module`; with `main`, its `__name__` is `__main__`.

    A statement that still runs after `seconds` of processor time is stopped and counts as failed; later ones then have
    less time.
    """

    nonce: int
    module: str
    filename: str
    source: str
    seconds: float
    main: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """Call `name` of a loaded module, or the probe whose source is `probe` with that module as its first argument.

    `seed` sets the global generators first. `backward` runs backward from the result; it is a tuple of one upstream
    gradient, in which `None` means ones. `trace` records the functions and ATen operations that run. `compiled` is the
    code object of the probe as `marshal` writes it, if the sender has it already.
    """

    nonce: int
    module: str
    name: str
    probe: str | None
    arguments: tuple[Input, ...]
    keywords: dict[str, Input]
    backward: tuple[TensorInput | None] | None
    trace: bool
    seed: int
    compiled: bytes = b""


def probe_file(name: str) -> str:
    """Return the file name that the code of a probe has."""
    return f"<probe {name}>"


class CallEach(msgspec.Struct, frozen=True, kw_only=True, tag="call each"):
    """Make each of these calls in each of these loaded modules, one after the other.

    The answers come in that order: all modules for the first call, then all modules for the second one.
    """

    nonce: int
    calls: tuple[Call, ...]
    modules: tuple[str, ...]


Request: TypeAlias = Load | Call | CallEach


# What comes back: facts -----------------------------------------------------------------------------------------------

# A candidate may write anything to its channel, so the schema limits every part of a reply. Text that its process has
# cut ends with one more character, "…".
Text: TypeAlias = Annotated[str, Meta(max_length=MAX_TEXT + 1)]
Line: TypeAlias = Annotated[str, Meta(max_length=MAX_LINE + 1)]
Name: TypeAlias = Annotated[str, Meta(max_length=MAX_NAME + 1)]
Names: TypeAlias = Annotated[tuple[Name, ...], Meta(max_length=MAX_NAMES)]
Counts: TypeAlias = Annotated[dict[Name, int], Meta(max_length=MAX_NAMES)]
Shape: TypeAlias = Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=MAX_RANK)]
Integer: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class TensorFact(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="tensor"):
    """A base `Tensor` (or `nn.Parameter`): its elements in row-major order, and its autograd facts.

    Within one observation, equal `object` numbers mean the same Python object, and equal `storage` numbers mean shared
    memory. `data` is `None` if there are no values to send (the meta device) or too many. `version` counts in-place
    changes.
    """

    dtype: Name
    shape: Shape
    device: Name
    data: bytes | None
    requires_grad: bool
    is_leaf: bool
    grad_fn: Name | None
    grad: TensorFact | None
    object: int
    storage: int
    version: int


class ArrayFact(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="array"):
    """A base `numpy.ndarray`. It is numbered like a tensor, to show which tensors share its memory."""

    dtype: Name
    shape: Shape
    data: bytes | None
    object: int
    storage: int


class Items(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="items"):
    """A list, a tuple or a `torch.Size`. `of` is the name of its class if that is a subclass, such as a namedtuple."""

    kind: Literal["list", "tuple", "Size"]
    items: Annotated[tuple[Fact, ...], Meta(max_length=MAX_NODES)]
    of: Line = ""


class Pairs(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="pairs"):
    """A dict, in its own order. `of` is the name of its class if that is a subclass, such as an `OrderedDict`."""

    kind: Literal["dict"]
    items: Annotated[tuple[tuple[Fact, Fact], ...], Meta(max_length=MAX_NODES)]
    of: Line = ""


class SubmoduleFact(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One module of a model (the model itself has an empty `name`): its classes and its mode.

    `classes` are the names of its class and of those that it derives from, up to `Module`.
    """

    name: Name
    classes: Names
    training: bool
    object: int


class ModuleFact(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="module"):
    """An `nn.Module`: its modules, parameters and buffers, as `named_modules()` and similar methods list them."""

    modules: Annotated[tuple[SubmoduleFact, ...], Meta(max_length=MAX_NAMES)]
    parameters: Annotated[tuple[tuple[Name, Fact], ...], Meta(max_length=MAX_NAMES)]
    buffers: Annotated[tuple[tuple[Name, Fact], ...], Meta(max_length=MAX_NAMES)]


class Named(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="named"):
    """A value described by its name alone: a dtype ("torch.int64"), a device ("cpu"), a class, a function."""

    kind: Literal["dtype", "device", "class", "function"]
    name: Line


class Other(msgspec.Struct, frozen=True, kw_only=True, array_like=True, tag="other"):
    """Any other value: its type's name, and the reason why it was not sent, if that is not the type itself."""

    name: Line
    why: Line = ""


Fact: TypeAlias = (
    bool | Integer | float | Text | TensorFact | ArrayFact | Items | Pairs | ModuleFact | Named | Other | None
)


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """An exception: its type, the names of its base types, and its position in the student's source.

    `own` says that the student's own `raise` or `assert` raised it. `through` lists the modules between the student's
    line and the place of the error. After an error while loading, `unbound` lists the names that have no value because
    of it. If a name is not defined, `closest` is the known one that is most like it.
    """

    type: Name
    bases: Names
    message: Line
    line: Integer | None
    code: Line
    own: bool = False
    through: Names = ()
    unbound: Names = ()
    closest: Name = ""


class GlobalState(msgspec.Struct, frozen=True, kw_only=True):
    """The process-wide settings that the call has changed; empty if it has changed none."""

    changed: Names = ()


Keywords: TypeAlias = Annotated[dict[str, Fact], Meta(max_length=MAX_NAMES)]


class Observation(msgspec.Struct, frozen=True, kw_only=True, tag="observation"):
    """The record of one call.

    `outcome` is "missing" if the module has no such callable; `defined` then lists those that it has. `before` holds
    the facts of the positional arguments before the call, without their values, and `keywords_before` those of the
    others. `arguments` and `keywords` hold them after the call. `functions`, `operations` and `modules` count the torch
    functions, the ATen operations and PyTorch's module classes (with base classes) that were used. `optimizers` counts
    the steps of PyTorch's optimizers. `withheld` names what the code asked for and did not get, such as a loader's
    workers.
    """

    nonce: int
    outcome: Literal["returned", "raised", "missing"]
    result: Fact = None
    raised: Raised | None = None
    before: Annotated[tuple[Fact, ...], Meta(max_length=MAX_NODES)] = ()
    arguments: Annotated[tuple[Fact, ...], Meta(max_length=MAX_NODES)] = ()
    keywords_before: Keywords = {}
    keywords: Keywords = {}
    backward: Literal["not_asked", "ran", "raised", "impossible"] = "not_asked"
    backward_raised: Raised | None = None
    functions: Counts = {}
    operations: Counts = {}
    modules: Counts = {}
    optimizers: Counts = {}
    mixed_devices: Names = ()
    state: GlobalState = GlobalState()
    warnings: Annotated[tuple[Line, ...], Meta(max_length=MAX_NAMES)] = ()
    defined: Names = ()
    withheld: Names = ()


class Loaded(msgspec.Struct, frozen=True, kw_only=True, tag="loaded"):
    """What loading a module did: the errors of top-level statements (the others ran), and what was `withheld`."""

    nonce: int
    errors: Annotated[tuple[Raised, ...], Meta(max_length=MAX_NAMES)]
    withheld: Names = ()


class Observations(msgspec.Struct, frozen=True, kw_only=True, tag="observations"):
    """The records of several calls, in their order."""

    nonce: int
    each: Annotated[tuple[Observation, ...], Meta(max_length=MAX_NAMES)]


Reply: TypeAlias = Loaded | Observation | Observations

# Constants for estimating a message's memory: the largest size of a short message, the most memory for one of its
# bytes, the most parts of a message, and the overhead of a part and of a map's entry. All but the parts are in bytes.
_SHORT, _DENSEST, _PARTS, _PART, _ENTRY = 2**16, 24, 10**6, 64, 64
# MessagePack's first bytes from 0xC0 to 0xDF: how many bytes of length or number follow, and what the length counts.
_HEADERS: dict[int, tuple[int, str]] = {
    **{0xC0 + n: (0, "number") for n in range(4)},
    **{0xC4: (1, "bytes"), 0xC5: (2, "bytes"), 0xC6: (4, "bytes")},
    **{0xC7: (1, "bytes"), 0xC8: (2, "bytes"), 0xC9: (4, "bytes")},  # extensions, which this schema does not use
    **{0xCA: (4, "number"), 0xCB: (8, "number")},
    **{0xCC + n: (2**n, "number") for n in range(4)},
    **{0xD0 + n: (2**n, "number") for n in range(4)},
    **{0xD4 + n: (1 + 2**n, "number") for n in range(5)},
    **{0xD9: (1, "text"), 0xDA: (2, "text"), 0xDB: (4, "text")},
    **{0xDC: (2, "list"), 0xDD: (4, "list"), 0xDE: (2, "map"), 0xDF: (4, "map")},
}

_Message = TypeVar("_Message", bound=msgspec.Struct)

_encoder = msgspec.msgpack.Encoder()
decode_request: Callable[[bytes | bytearray], Request] = msgspec.msgpack.Decoder(Request).decode
encode = _encoder.encode
_decode_reply: Callable[[bytes | bytearray], Reply] = msgspec.msgpack.Decoder(Reply).decode


def decode_reply(payload: bytes | bytearray) -> Reply:
    """Return a reply. Raises `ValueError` if it violates the schema, or has too many values or too much nesting."""
    reply = _decode_reply(payload)
    for seen in (reply,) if isinstance(reply, Observation) else reply.each if isinstance(reply, Observations) else ():
        before = (*seen.before, *seen.keywords_before.values())
        _require_bounded((seen.result, *before, *seen.arguments, *seen.keywords.values()))
    return reply


def weigh(payload: bytes | bytearray, most: int = MAX_MESSAGE) -> int:
    """Estimate the bytes of memory that a decoded message takes; return a number above `most` if it takes more.

    A list of short strings takes twenty times its encoded length, and a string with one character outside the basic
    plane takes four times. This function finds that before the message is decoded. Short messages, the usual case, are
    not read but overestimated.
    """
    size, end = 0, len(payload)
    if end <= _SHORT:
        return end * _DENSEST
    at = parts = 0
    while at < end and size <= most:
        first = payload[at]
        at += 1
        parts += 1
        if parts > _PARTS:
            return most + 1
        size += _PART
        if first < 0x80 or first >= 0xE0:  # a small number
            continue
        if first < 0xA0:  # a short map or list
            size += _ENTRY * (first & 0x0F) if first < 0x90 else 0
            continue
        width, kind = (0, "text") if first < 0xC0 else _HEADERS[first]
        length = first & 0x1F if first < 0xC0 else int.from_bytes(payload[at : at + width], "big")
        if kind == "number":
            at += width
            continue
        at += width
        if kind == "map":
            size += _ENTRY * length
        elif kind == "text":
            size += length if payload[at : at + length].isascii() else 4 * length
            at += length
        elif kind == "bytes":
            size += length
            at += length
    return size


def _require_bounded(facts: Iterable[Fact]) -> None:
    """Check facts level by level: each level may have at most `MAX_NODES` (a dict's keys and values count)."""
    for _ in range(MAX_DEPTH + 3):  # the deepest list has items, and below those is nothing
        level = list(islice(facts, 2 * MAX_NODES + 1))
        if not level:
            return
        if len(level) > 2 * MAX_NODES:
            raise ValueError(f"Cannot take a reply of so many values: the limit is {MAX_NODES}.")
        facts = chain.from_iterable(map(_inside, level))
    raise ValueError(f"Cannot take a reply so deep: the limit is {MAX_DEPTH}.")


def _inside(fact: Fact) -> Iterable[Fact]:
    if isinstance(fact, TensorFact):
        return () if fact.grad is None else (fact.grad,)
    if isinstance(fact, Items):
        return fact.items
    if isinstance(fact, ModuleFact):
        return (held for _, held in (*fact.parameters, *fact.buffers))
    return chain.from_iterable(fact.items) if isinstance(fact, Pairs) else ()


# Frames ---------------------------------------------------------------------------------------------------------------


class Closed(Exception):
    """Raised when the other side has closed the channel."""


def send(channel: socket.socket, payload: bytes) -> None:
    """Send one message.

    Raises `Closed` if the other side has closed the channel, `TimeoutError` if it does not read the whole message
    within the channel's timeout, and `ValueError` for a message that is too long.
    """
    if len(payload) > MAX_MESSAGE:
        raise ValueError(f"Cannot send a message of {len(payload)} bytes: the limit is {MAX_MESSAGE}.")
    try:
        channel.sendall(_LENGTH.pack(len(payload)) + payload)
    except TimeoutError:
        raise
    except OSError as error:
        raise Closed(str(error)) from error


def receive(channel: socket.socket, *, patience: Callable[[], float] | None = None) -> bytes | bytearray:
    """Return one message.

    `patience` returns the number of seconds to wait for the next part, and raises `TimeoutError` to end the wait. It is
    called before each part, so that a sender of many small parts gains no time. Raises `Closed` at the end of the
    stream and `ValueError` for a length above the limit.
    """
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size, patience))
    if length > MAX_MESSAGE:
        raise ValueError(f"Cannot receive a message of {length} bytes: the limit is {MAX_MESSAGE}.")
    return _exactly(channel, length, patience)


def _exactly(channel: socket.socket, size: int, patience: Callable[[], float] | None) -> bytearray:
    data = bytearray()
    while len(data) < size:
        if patience is not None:
            channel.settimeout(patience())
        try:
            chunk = channel.recv(min(size - len(data), 2**20))
        except TimeoutError:
            continue
        except OSError as error:
            raise Closed(str(error)) from error
        if not chunk:
            raise Closed("end of stream")
        data += chunk
    return data
