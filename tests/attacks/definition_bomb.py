"""Define a hundred thousand functions with names that are similar to the right one."""

for number in range(100_000):
    exec(f"def derivative_{number}(): pass")
globals().update({"derivative_at" * 10_000: print})
