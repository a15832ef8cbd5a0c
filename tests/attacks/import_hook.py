"""Install a hook that handles every later import first."""

import sys
import types

asked = []


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        asked.append(name)
        return None


sys.meta_path.insert(0, Finder)
sys.path_hooks.insert(0, lambda path: types.SimpleNamespace(find_spec=lambda *args: None))
sys.path_importer_cache.clear()


def attack(*args, **kwargs):
    if any(name.startswith(("test_", "grader.suites", "solutions")) for name in asked):
        raise RuntimeError(f"SUCCEEDED: {asked}")
    return "nobody asked"


derivative_at = accumulate_gradients = halving_chain = minimize = attack
