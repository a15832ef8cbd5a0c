"""The checks of `suite.py` as plain asserts, for graders that run them beside the submission: change both or none."""

import pytest
import torch
from exercise import exp_plus_one, gradient_step_, inplace_error, saved_for_backward, snapshot

# gradient_step_


def test_step_values():
    x, grad = torch.randn(3, 2), torch.randn(3, 2)
    leaf = x.clone().requires_grad_()
    leaf.grad = grad.clone()
    gradient_step_(leaf, 0.3)
    assert torch.allclose(leaf, x - 0.3 * grad)


def test_step_in_place():
    x = torch.randn(4, requires_grad=True)
    x.grad = torch.randn(4)
    memory = x.data_ptr()
    assert gradient_step_(x, 0.5) is x
    assert x.data_ptr() == memory


def test_step_keeps_leaf_and_gradient():
    x, grad = torch.randn(4, requires_grad=True), torch.randn(4)
    x.grad = grad.clone()
    gradient_step_(x, 0.5)
    assert x.is_leaf and x.requires_grad
    assert torch.equal(x.grad, grad)


def test_step_without_gradient():
    x = torch.randn(3, requires_grad=True)
    before = x.detach().clone()
    with pytest.raises(ValueError):
        gradient_step_(x, 0.1)
    assert torch.equal(x, before)


# snapshot


def test_snapshot_of_leaf():
    x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
    kept = snapshot(x)
    assert kept.dtype == torch.float64
    assert torch.equal(kept, x)


def test_snapshot_has_no_graph():
    x = torch.randn(5, requires_grad=True) * 2
    kept = snapshot(x)
    assert torch.equal(kept, x)
    assert not kept.requires_grad


def test_snapshot_owns_memory():
    for x in (torch.randn(4, requires_grad=True), torch.randn(4)):
        assert snapshot(x).data_ptr() != x.data_ptr()


def test_snapshot_leaves_x():
    x = torch.randn(4, requires_grad=True)
    before = x.detach().clone()
    snapshot(x)
    assert torch.equal(x, before) and x.requires_grad and x._version == 0


# exp_plus_one


def test_exp_values():
    t = torch.randn(3, 4)
    assert torch.allclose(exp_plus_one(t), t.exp() + 1)


def test_exp_gradient():
    t, upstream = torch.randn(6, requires_grad=True), torch.randn(6)
    exp_plus_one(t).backward(upstream)
    assert torch.allclose(t.grad, upstream * t.detach().exp())


def test_exp_keeps_dtype():
    assert exp_plus_one(torch.randn(2, dtype=torch.float64)).dtype == torch.float64
    result = exp_plus_one(torch.randn(()))
    assert result.shape == () and result.dtype == torch.float32


def test_exp_leaves_t():
    t = torch.randn(4)
    before = t.clone()
    exp_plus_one(t)
    assert torch.equal(t, before) and t._version == 0


# inplace_error


def test_error_leaf():
    assert inplace_error(lambda x: x.mul_(2), 1.5) == "leaf"
    assert inplace_error(lambda x: x.view(1).mul_(2).sum(), 2.5) == "leaf"


def test_error_saved():
    assert inplace_error(lambda x: x.sigmoid().mul_(3), 1.5) == "saved"


def test_error_ok():
    assert inplace_error(lambda x: x.cos().add_(1), 1.5) == "ok"


def test_error_of_another_kind():
    with pytest.raises(RuntimeError):
        inplace_error(lambda x: torch.zeros(2) @ torch.zeros(3), 1.5)


# saved_for_backward


def test_saved_input():
    assert saved_for_backward(torch.sin) == "input"


def test_saved_output():
    assert saved_for_backward(torch.tanh) == "output"
    assert saved_for_backward(torch.sqrt) == "output"


def test_saved_both():
    assert saved_for_backward(torch.prod) == "both"


def test_saved_neither():
    assert saved_for_backward(lambda x: x * 2.5) == "neither"
