"""An error that the sandbox causes has a true next step, tested with what really happens there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.sentences import learner_steps as steps
from grader.suites import feedback, surroundings
from grader.suites.outcomes import CheckEnded

Confined = Callable[..., Any]

IMPORTS = "import io, os, sys, torch\nfrom torch import nn\nx = torch.ones(3)\n"


def advice(confined: Confined, body: str, *, before: str = "") -> str:
    """Return the next step for a function with this body after this top level."""
    indented = body.replace("\n", "\n    ")
    candidate = confined(f"{IMPORTS}{before}\ndef f():\n    {indented}\n")
    raised = candidate.call().raised
    assert raised is not None
    return str(feedback.next_step_for(raised, candidate.loaded.errors))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        # Other processes
        ("from multiprocessing import Pool\nPool(2)", "your code runs alone"),
        ("from multiprocessing.pool import ThreadPool\nThreadPool(2)", "your code runs alone"),
        ("import multiprocessing\nmultiprocessing.Queue()", "your code runs alone"),
        ("import multiprocessing\nmultiprocessing.Process(target=print).start()", "your code runs alone"),
        ("import torch.multiprocessing as mp\nmp.Value('i', 0)", "your code runs alone"),
        ("import torch.multiprocessing as mp\nmp.spawn(print, nprocs=2)", "your code runs alone"),
        (
            "from concurrent.futures import ProcessPoolExecutor as P\nP(2).submit(print).result()",
            "your code runs alone",
        ),
        ("import subprocess\nsubprocess.run(['ls'])", "your code runs alone"),
        ("import subprocess\nsubprocess.check_output('ls', shell=True)", "your code runs alone"),
        ("os.fork()", "other processes"),
        ("os.popen('ls')", "your code runs alone"),
        ("import torch.distributed as d\nd.init_process_group('gloo')", "your code runs alone"),
        ("import asyncio\nasync def g(): pass\nasyncio.run(g())", "`asyncio` opens connections"),
        ("x.share_memory_()", "your code runs alone"),
        ("nn.Linear(1, 1).share_memory()", "your code runs alone"),
        # Compilers
        ("torch.compile(lambda x: x + 1)(x)", "compilers cannot run here"),
        (
            "from torch.utils.cpp_extension import load_inline\nload_inline('x', 'int f() {return 1;}')",
            "Write it in Python",
        ),
        # Network
        ("import urllib.request\nurllib.request.urlopen('http://example.org')", "there is no network"),
        ("import socket\nsocket.create_connection(('example.org', 80))", "there is no network"),
        ("import http.client\nhttp.client.HTTPSConnection('example.org').request('GET', '/')", "there is no network"),
        ("torch.hub.load_state_dict_from_url('https://example.org/x.pth')", "there is no network"),
        # No input
        ("input()", "nobody can type an answer"),
        ("int(input('n? '))", "nobody can type an answer"),
        ("import getpass\ngetpass.getpass()", "type a password"),
        ("os.get_terminal_size()", "there is no terminal"),
        ("import argparse\np = argparse.ArgumentParser()\np.add_argument('x')\np.parse_args()", "the command line"),
        ("breakpoint()\nreturn 1", "Remove `breakpoint()`"),
        ("import pdb\npdb.set_trace()\nreturn 1", "Remove `breakpoint()`"),
        ("exit()", "Use `return`"),
        ("quit(1)", "Use `return`"),
        ("sys.exit('done')", "Use `return`"),
        ("raise SystemExit", "Use `return`"),
        ("raise KeyboardInterrupt", "nobody interrupts"),
        # Files
        ("open('data.csv')", "runs in an empty folder"),
        ("torch.load('weights.pt')", "runs in an empty folder"),
        ("import numpy as np\nnp.loadtxt('/content/drive/data.csv')", "empty folder"),
        ("import numpy as np\nnp.load('x.npy')", "runs in an empty folder"),
        ("os.listdir('images')", "runs in an empty folder"),
        ("os.kill(1, 9)", "without network, other processes and other files"),
        # This machine
        ("torch.ones(1).cuda()", "there is no GPU here"),
        ("torch.ones(1, device='cuda')", "there is no GPU here"),
        ("nn.Linear(1, 1).to('cuda')", "there is no GPU here"),
        ("torch.ones(1, device='mps')", "there is no GPU here"),
        ("x.pin_memory()", "there is no GPU here"),
        ("torch.set_num_interop_threads(2)\ntorch.set_num_interop_threads(2)", "the number of threads is chosen"),
        ("[0] * 10**12", "more memory than there is"),
        ("import numpy as np\nnp.ones(10**12)", "more memory than there is"),
        ("torch.ones(10**14)", "larger than the memory"),
        ("def g(): return g()\ng()", "calls itself without end"),
        ("import nothing_here", "no such module here"),
        ("from nothing_here.of import a as b", "no such module here"),
        ("from torch import nothing_here", "has no such name"),
    ],
)
def test_the_next_step_is_true(confined: Confined, body: str, said: str) -> None:
    """The next step fits the exception and the library that it came through."""
    assert said in advice(confined, body)


@pytest.mark.parametrize(
    "body",
    [
        "raise FileNotFoundError('[Errno 2] subprocess data.csv')",
        "raise OSError(1, 'multiprocessing')",
        "raise EOFError('EOF when reading a line')",
        "raise MemoryError",
        "raise ImportError('Cannot load backend')",
        "raise ModuleNotFoundError(\"No module named 'x'\")",
    ],
)
def test_what_a_learner_raised_has_nothing_to_do_with_it(confined: Confined, body: str) -> None:
    """The same types and messages from the student's own `raise` do not count."""
    assert "your own `raise`" in advice(confined, body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("int('multiprocessing subprocess input() num_workers')", "this text is not a number"),
        ("{}['there is no network, No module named']", "there is no such key"),
        ("(lambda: 1 / 0)()", "the divisor is 0"),
        (
            "from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(1).submit(lambda: 1 / 0).result()",
            "the divisor is 0",
        ),
    ],
)
def test_words_alone_mean_nothing(confined: Confined, body: str, said: str) -> None:
    """An error that only mentions such words is treated like any other."""
    assert said in advice(confined, body)


@pytest.mark.parametrize(
    ("before", "body", "said"),
    [
        ("from nothing_here import pick", "pick()", "`pick` is not there because its import failed"),
        ("import nothing_here.deep as nh", "nh.x()", "`nh` is not there because its import failed"),
        ("import nothing_here.deep", "nothing_here.x()", "No module named 'nothing_here'"),
        ("from nothing_here import (\n    a,\n    pick as p,\n)", "p()", "`p` is not there because its import failed"),
        ("if x.sum() > 0:\n    import nothing_here as nh", "nh()", "`nh` is not there because its import failed"),
        ("from math import nothing_here", "nothing_here()", "its import failed"),
        ("n = int(input())", "return n + 1", "`n` has no value because of an error while your file was being loaded"),
        ("a, b = 1, 2 / 0", "return b", "ZeroDivisionError: division by zero. Fix that first"),
        ("n = 1\nm = int('x'); k = 2", "return m", "`m` has no value"),
        ("n = int('x')", "return N", "check the spelling"),
        ("from nothing_here import pick", "return pikc()", "check the spelling"),
    ],
)
def test_a_name_that_loading_left_without_a_value(confined: Confined, before: str, body: str, said: str) -> None:
    """If an error in loading left a name without a value, that error is the cause."""
    assert said in advice(confined, body, before=before)


def test_it_comes_before_what_the_check_would_say(see: Any, raised: Any) -> None:
    """This next step replaces the check's hint and the usual advice."""
    error = raised(FileNotFoundError(2, "No such file"), line=3, code="Pool()", through=("multiprocessing.context",))
    seen = see(raised=error, hint="halve it.")
    for ask in (seen.returned, lambda: seen.raises("IndexError")):
        with pytest.raises(CheckEnded) as end:
            ask()
        assert end.value.feedback.next_step == steps.NO_PROCESSES()
    assert surroundings.step_for(raised(ValueError("x"))) is None


def test_a_file_that_a_check_looks_for_in_vain_was_not_written(raised: Any) -> None:
    """A file that a check does not find is no matter of the sandbox; only the student's own line counts."""
    error = FileNotFoundError(2, "No such file or directory", "model.pt")
    assert surroundings.step_for(raised(error)) is None
    assert "empty folder" in str(surroundings.step_for(raised(error, line=3, code="torch.load(path)")))
