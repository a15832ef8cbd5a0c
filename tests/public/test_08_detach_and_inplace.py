"""Public checks of 08_detach_and_inplace."""

from __future__ import annotations

import torch

from grader.suites import Candidate, Observed, check, code, feedback

# gradient_step_


@check("gradient_step_", points=0.5, hint="the step is `x -= learning_rate * x.grad`, written into `x` itself.")
def test_step_moves_against_gradient(candidate, draw):
    """x itself then holds x - learning_rate * x.grad."""
    x, rate = draw.tensor(3).requires_grad_(), draw.number(0.1, 0.9)
    x.grad = draw.tensor(3, low=1)
    candidate.gradient_step_(x, rate).argument(0, "x").values(x.detach() - rate * x.grad)


@check("gradient_step_", points=0.25, judges="facts")
def test_step_returns_x_itself(candidate, draw):
    """What is returned is x itself, still a leaf that requires grad, without a graph."""
    x = draw.tensor(2, 2).requires_grad_()
    x.grad = draw.tensor(2, 2, low=1)
    observed = candidate.gradient_step_(x, draw.number(0.1, 0.9))
    observed.argument(0, "x").leaf()
    observed.result.same_object_as(observed.argument(0, "x"))


@check(
    "gradient_step_",
    points=0.25,
    judges="facts",
    hint="before anything else, ask whether `x.grad is None`, and then `raise ValueError(...)`.",
)
def test_step_refuses_missing_gradient(candidate, draw):
    """ValueError when x.grad is None, and x is left as it was; with a gradient there is none."""
    x = draw.tensor(3).requires_grad_()
    candidate.gradient_step_(x, draw.number(0.1, 0.9)).raises("ValueError").unchanged(0)
    x.grad = draw.tensor(3)
    candidate.gradient_step_(x, 0.5).returned()


# snapshot


@check("snapshot", points=0.25)
def test_snapshot_has_values_of_x(candidate, draw):
    """Same values, shape and dtype as a leaf x, in another tensor."""
    x = draw.tensor(2, 3).requires_grad_()
    observed = candidate.weighed().snapshot(x)
    observed.result.values(x).dtype(torch.float32).other_object_than(observed.argument(0, "x"))


@check("snapshot", points=0.5)
def test_snapshot_is_outside_graph(candidate, draw):
    """Doesn't require grad and has no grad_fn and no .grad, for a leaf and for an intermediate result."""
    x = draw.tensor(3).requires_grad_()
    x.grad = draw.tensor(3)
    candidate.snapshot(x).result.detached().grad(None)
    candidate.weighed().snapshot(x.clone()).result.values(x).detached()


# exp_plus_one


@check("exp_plus_one", points=0.25)
def test_exp_has_right_values(candidate, draw):
    """exp(t) + 1, for a plain tensor."""
    t = draw.tensor(2, 3)
    candidate.exp_plus_one(t).result.values(t.exp() + 1)


@check(
    "exp_plus_one",
    points=0.5,
    hint="stay with torch operations, out of place: `exp` keeps its output for backward, and `z += 1` overwrites it.",
)
def test_exp_has_right_gradient(candidate, draw):
    """backward() works and gives t the gradient exp(t)."""
    t = draw.tensor(3).requires_grad_()
    candidate.with_backward().exp_plus_one(t).ran_backward().argument(0, "t").grad(t.detach().exp())


# inplace_error

WORDS = (
    "the first error comes from `fn` itself, the second only from `backward()`. Catch each with "
    "`except RuntimeError as error:`, and know it by words in `str(error)` that no other error has."
)
EXPERIMENT = (
    "do it by hand for this op: forward, change one of the two in place, backward. If backward raises a RuntimeError, "
    "that one was saved: catch it and note which."
)


def says(observed: Observed, label: str, *to_catch: str) -> None:
    """Ask for this label. Where an error with words of `to_catch` came, advice on avoiding it would mislead."""
    raised = observed.observation.raised
    if raised is not None and any(words in raised.message for words in to_catch):
        observed.fails(repr(label), feedback.error_name(raised), "raises")
    observed.result.equals(label)


def errs(candidate: Candidate, fn: str, value: float, label: str) -> None:
    observed = candidate.inplace_error(code(f"lambda x: {fn}"), value)
    says(observed, label, "used in an in-place operation", "modified by an inplace operation")


def keep(candidate: Candidate, label: str, *ops: str) -> None:
    keep_each(candidate, *((op, label) for op in ops))


def keep_each(candidate: Candidate, *pairs: tuple[str, str]) -> None:
    """Ask about all operations before judging: there are four labels only, so one wrong one tells no mistakes apart."""
    answers = [(candidate.saved_for_backward(code(op)), label) for op, label in pairs]
    for answer, label in answers:
        says(answer, label, "modified by an inplace operation")


@check("inplace_error", points=0.5, hint=WORDS)
def test_inplace_error_leaf(candidate, draw):
    """Changing the leaf in place gives "leaf"; changing a result of an operation on it doesn't."""
    value, k = draw.number(0.5, 2), draw.number(0.5, 2)
    errs(candidate, f"x.add_({k})", value, "leaf")
    errs(candidate, f"(x * 2).add_({k})", value, "ok")


@check("inplace_error", points=0.75, hint=WORDS)
def test_inplace_error_saved(candidate, draw):
    """Changing the output of exp, which exp saved, gives "saved"; changing that of cos, which saves its input, "ok"."""
    value, k = draw.number(0.5, 2), draw.number(0.5, 2)
    errs(candidate, f"x.exp().add_({k})", value, "saved")
    errs(candidate, f"x.cos().add_({k})", value, "ok")


@check("inplace_error", points=0.25, judges="facts", hint=WORDS)
def test_inplace_error_ok(candidate, draw):
    """Code without in-place operations gives "ok"."""
    for fn in (f"x.exp() + {draw.number(0.5, 2)}", "x * x", "x"):
        errs(candidate, fn, draw.number(0.5, 2), "ok")


# saved_for_backward


@check("saved_for_backward", points=0.75, hint=EXPERIMENT)
def test_saved_output_or_input(candidate, draw):
    """Tells operations that keep their output from operations that keep their input."""
    k = draw.number(1.5, 4)
    output, input = draw.choice(["torch.exp", "torch.sigmoid"]), draw.choice(["torch.cos", "torch.sin"])
    chains = (f"lambda x: (x + {k}).exp()", "output"), (f"lambda x: x**{k}", "input")
    keep_each(candidate, (output, "output"), chains[0], (input, "input"), chains[1])


@check("saved_for_backward", points=0.75, hint=EXPERIMENT)
def test_saved_both_or_neither(candidate, draw):
    """Tells operations that keep both from operations that keep neither."""
    k = draw.number(2.1, 4)
    neither = f"lambda x: x * {k}", "neither"
    keep_each(candidate, ("torch.prod", "both"), (f"lambda x: x.norm(p={k})", "both"), neither)
