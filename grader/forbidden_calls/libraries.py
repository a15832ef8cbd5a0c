"""Facts about library functions: which of them call the functions that they receive, and what they return."""

from __future__ import annotations

GIVES_TENSORS = {("torch",), ("torch", "nn", "functional"), ("torch", "linalg"), ("torch", "special")}

# Called with a function, these return a function that calls it. (`torch.no_grad()` also returns such a wrapper.)
WRAPPERS = {
    *(("functools", name) for name in ("partial", "partialmethod", "lru_cache", "cache", "singledispatch")),
    *(("torch", name) for name in ("compile", "vmap", "no_grad", "enable_grad", "inference_mode", "set_grad_enabled")),
    *(("torch", "autograd", name) for name in ("no_grad", "enable_grad", "inference_mode")),
    *(("torch", "jit", name) for name in ("script", "trace", "ignore", "unused", "export", "script_if_tracing")),
    *(("torch", "func", name) for name in ("vmap", "grad", "grad_and_value", "jacrev", "jacfwd", "functionalize")),
    *(("torch", "_dynamo", name) for name in ("disable", "optimize", "allow_in_graph")),
    *(("torch", "fx", name) for name in ("symbolic_trace", "wrap")),
    ("torch", "optim", "_multi_tensor", "partialclass"),
    ("torch", "export", "export"),
    ("types", "MethodType"),
    ("copy", "copy"),
    ("copy", "deepcopy"),
    ("weakref", "proxy"),
    ("inspect", "unwrap"),
    ("contextlib", "nullcontext"),
    *(("builtins", name) for name in ("staticmethod", "classmethod", "property")),
}

# Called with a function, these call it.
CALLERS = {
    *(("builtins", name) for name in ("map", "filter", "sorted", "min", "max")),
    ("functools", "reduce"),
    ("itertools", "starmap"),
    ("itertools", "accumulate"),
    ("operator", "call"),
    ("threading", "Thread"),
    ("threading", "Timer"),
    ("_thread", "start_new_thread"),
    ("_thread", "start_new"),
    ("asyncio", "to_thread"),
    ("torch", "utils", "checkpoint", "checkpoint"),
    ("torch", "jit", "fork"),
    ("torch", "overrides", "handle_torch_function"),
    *(("torch", "func", name) for name in ("vjp", "jvp", "linearize")),
    *(("torch", "autograd", "functional", name) for name in ("vjp", "jvp", "jacobian", "hessian")),
}
CALLING_METHODS = {"submit", "map", "apply", "apply_", "map_", "apply_async", "starmap", "run", "callback"}

# Called with a function or class, these inspect it and do not call it.
LOOKING = {
    *(("builtins", n) for n in ("isinstance", "issubclass", "id", "print", "repr", "str", "callable", "hasattr")),
    *(("builtins", n) for n in ("hash", "len", "dir", "help", "setattr", "delattr")),
    ("functools", "wraps"),
    ("functools", "update_wrapper"),
}
FLOWS = {("builtins", n) for n in ("list", "tuple", "set", "iter", "reversed", "sorted", "zip", "enumerate", "dict")}
ONE_OF = {("builtins", n) for n in ("next", "min", "max")}
