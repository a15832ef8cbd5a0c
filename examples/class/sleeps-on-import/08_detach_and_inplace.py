import time

time.sleep(30)


def snapshot(x):
    return x.detach().clone()
