"""Define the tasks' names as anything that can be called, and much that cannot."""

import os

derivative_at = os._exit
accumulate_gradients = type
halving_chain = "a string"
minimize = print
