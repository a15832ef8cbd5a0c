"""Loop without end inside a C function that never handles signals."""


def attack(*args, **kwargs):
    return sum(iter(lambda: 0, 1)) if not args else 3 in iter(int, 1)


minimize = attack
