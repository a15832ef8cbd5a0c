"""Put escape sequences and lone surrogates into names, messages and output."""

EVIL = "\x1b]0;owned\x07\x1b[2J\x1b[31m\r\n\x00\u202e\ud800</script><script>alert(1)</script>=cmd|' /C calc'!A0"


def attack(*args, **kwargs):
    print(EVIL)
    raise type(EVIL.replace("\x00", ""), (RuntimeError,), {})(EVIL)


derivative_at = accumulate_gradients = halving_chain = minimize = attack
