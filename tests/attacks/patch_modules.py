"""Replace the candidate process's modules by false ones."""

import sys
import types


class Impostor(types.ModuleType):
    def __getattr__(self, name):
        return lambda *args, **kwargs: True


for name in list(sys.modules):
    if name.startswith(("grader", "msgspec", "pytest", "_pytest", "pluggy")):
        sys.modules[name] = Impostor(name)


def attack(*args, **kwargs):
    return 7.0


derivative_at = accumulate_gradients = halving_chain = minimize = attack
