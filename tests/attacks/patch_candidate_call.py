"""Replace the candidate process's method that makes calls, so that no function is called."""

from grader import wire
from grader.candidate_process.executor import Executor


def generous(self, request):
    fact = wire.TensorFact(
        dtype="float32",
        shape=(3,),
        device="cpu",
        data=bytes(12),
        requires_grad=False,
        is_leaf=True,
        grad_fn=None,
        grad=None,
        object=0,
        storage=0,
        version=0,
    )
    return wire.Observation(
        nonce=request.nonce, outcome="returned", result=fact, arguments=(fact,) * 4, before=(fact,) * 4, backward="ran"
    )


Executor.call = generous


def attack(*args, **kwargs):
    return None


derivative_at = accumulate_gradients = halving_chain = minimize = attack
