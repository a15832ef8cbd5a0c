"""Loop for ever inside a function of C that never looks at signals."""


def attack(*args, **kwargs):
    return sum(iter(lambda: 0, 1)) if not args else 3 in iter(int, 1)


minimize = attack
