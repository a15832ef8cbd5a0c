"""What instructors read about grading on a cluster."""

from __future__ import annotations

from grader.sentences.template import N_

HELP = N_(
    "Grade on the workers of a Dask cluster: the address of its scheduler, such as tcp://host:8786 or tls://host:8786."
)
JOBS_TOO = N_("Leave --jobs out: the workers of the cluster say how many submissions are graded at the same time.")
NO_PACKAGE = N_(
    "Cannot use a cluster: the package distributed is not installed. Install it here and on the cluster: pip install "
    "'torch-exercise-kit[cluster]'."
)

# The scheduler
NO_SCHEDULER = N_(
    "Cannot reach a cluster at {address!r}: {error}. Check the address, and that `dask scheduler` runs there. A "
    "scheduler with TLS needs tls:// and Dask's settings for certificates (docs/scale.md)."
)
SILENT = N_("no scheduler answered within {seconds} s")
OTHER = N_("it is no scheduler but a {kind}")
SCHEDULER_DIFFERS = N_("Cannot use the cluster at {address!r}: its scheduler has other versions. {problem}")
SCHEDULER_LACKS_KIT = N_(
    "Cannot use the cluster at {address!r}: its scheduler cannot load the kit ({error}). Install the same kit there, "
    "with its packages, and start it again."
)
SCHEDULER_LOST = N_(
    "The scheduler at {address!r} does not answer any more. What was graded is kept. Start it again, and run the same "
    "command: it goes on where it stopped."
)

# Workers
WORKER_REFUSED = N_("Without worker {worker}: {problem}")
DIFFERENT = N_(
    "it runs other versions (yours in brackets): {differences}. Install the same kit and packages there, or here, and "
    "start the worker again."
)
TASK_FAILED = N_("a task of the kit failed there ({error}). Install the same kit there, and start the worker again.")
NO_ANSWER = N_("its answer cannot be read. Install the same kit there, and start the worker again.")
SLOW_START = N_("its processes did not start within {seconds} s. Look at the load and the memory of that machine.")
WORKER_LOST = N_("Worker {worker} is gone. Others grade what it had.")
WORKER_HANGS = N_("Worker {worker} has not answered for {seconds} s. Others grade what it had.")
ALL_HANG = N_("none of them answers. Look at the machines, and start the workers again.")
NO_WORKER_CAN = N_("No worker of the cluster can grade. {problem} What was graded is kept.")
WAITING = N_("The cluster has no worker now. Waiting {seconds} s for one.")
NO_WORKERS = N_(
    "The cluster has had no worker for {seconds} s. What was graded is kept. Start workers (`dask worker ADDRESS`), "
    "and run the same command: it goes on where it stopped."
)
GRADED_HERE = N_(
    "{count} submission lost its worker three times, and is graded on this machine.",
    "{count} submissions lost their workers three times, and are graded on this machine.",
)
