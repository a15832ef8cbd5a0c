"""Define the tasks' names as callables of every kind, and as other objects."""

import os

derivative_at = os._exit
accumulate_gradients = type
halving_chain = "a string"
minimize = print
