"""TensorFlow and GPflow, loaded without chatter, in float64, deterministic, on few threads.

Import `gpflow` and `tf` from here, nowhere else. The import takes several seconds.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# Snakemake sets it to the threads of a rule.
THREADS = int(os.environ.get("OMP_NUM_THREADS", "2").split(",")[0])


@contextmanager
def _quiet_standard_error() -> Iterator[None]:
    """Send file descriptor 2 to nowhere: TensorFlow's libraries write to it while they load."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN changes the order of sums from run to run.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
with _quiet_standard_error(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import gpflow
    import tensorflow as tf

    tf.config.set_visible_devices([], "GPU")  # matrices of some hundred rows: the CPU is faster
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    gpflow.config.set_default_float(tf.float64.as_numpy_dtype)
    # It advises on retracing, which happens once per kernel here and is meant.
    tf.get_logger().setLevel("ERROR")

__all__ = ["gpflow", "tf"]
