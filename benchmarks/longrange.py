"""What training a long-range network costs.

    python benchmarks/longrange.py [--middle | --large] [CONFIG]

One table: Levenberg-Marquardt of this project, SciPy's least_squares (both with the analytic
Jacobian), TensorFlow's Adam, all from the same random start on the same points (default: H + H2).
With --large the time of a Levenberg-Marquardt step of 5-400-4 on 29 706 points, and its memory.
With --middle variants of Levenberg-Marquardt at equal processor time, on 5-100-4 and 7400 points
of KRb + KRb.
"""

import argparse
import resource
import time

import numpy as np
from scipy.optimize import least_squares

from vibrates.core.units import HARTREE_TO_CM
from vibrates.longrange import description
from vibrates.longrange.levenberg_marquardt import minimise, normal_equations
from vibrates.longrange.training import Residuals

ADAM_STEPS = (2000, 20000)
MIDDLE_SECONDS = 12.0


def prepare(path: str):
    """Residuals, indices of the training points and a start."""
    described = description.load(path)
    if description.is_known(described.source):
        problem = description.problem(described, description.known_points(described))
    else:
        problem, _ = description.read_points(described, described.points)
    generator = np.random.default_rng(described.training.seed)
    residuals = Residuals.build(problem, description.training(described.training), generator)
    return residuals, np.flatnonzero(~residuals.test), residuals.empty.network.random(generator)


def levenberg_marquardt(residuals, fit, start, iterations, single=False):
    weights = start
    for one in minimise(
        lambda w, part: residuals.with_jacobian(w, fit[part]),
        lambda w: 0.5 * float((residuals.at(w, fit) ** 2).sum()), start, len(fit), iterations,
        single=single,
    ):  # fmt: skip
        weights = one.weights
    return weights


def scipy_least_squares(residuals, fit, start, evaluations):
    found = least_squares(
        lambda w: residuals.at(w, fit), start, jac=lambda w: residuals.with_jacobian(w, fit)[1],
        method="lm", max_nfev=evaluations, ftol=1e-14, xtol=1e-14, gtol=1e-14,
    )  # fmt: skip
    return found.x


def adam(residuals, fit, start, steps):
    import tensorflow as tf

    n, h, m = residuals.empty.network.sizes
    x, factors = tf.constant(residuals.inputs[fit]), tf.constant(residuals.factors[fit])
    scale = tf.constant(residuals.scale[fit])
    target = tf.constant(residuals.problem.energy[fit] / residuals.empty.energy_unit)
    variable = tf.Variable(start)
    rate = tf.keras.optimizers.schedules.CosineDecay(1e-2, steps)
    optimizer = tf.keras.optimizers.Adam(rate)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            w_1, b_1 = tf.reshape(variable[: n * h], (n, h)), variable[n * h : (n + 1) * h]
            w_2, b_2 = tf.reshape(variable[(n + 1) * h : -m], (h, m)), variable[-m:]
            y = tf.reduce_sum(factors * (tf.sigmoid(x @ w_1 + b_1) @ w_2 + b_2), axis=1)
            loss = tf.reduce_mean((scale * (y - target)) ** 2)
        optimizer.apply_gradients([(tape.gradient(loss, variable), variable)])

    for _ in range(steps):
        step()
    return variable.numpy()


def within(residuals, fit, start, seconds, stages=(1.0,), **options):
    """Best weights (by the test points) and steps in so much processor time.

    ``stages``: shares of the points, one after the other, each in its part of the time.
    """
    began, weights, best, steps = time.process_time(), start, (np.inf, start), 0
    for number, share in enumerate(stages, start=1):
        part = fit[: int(share * len(fit))]
        for one in minimise(
            lambda w, which, part=part: residuals.with_jacobian(w, part[which]),
            lambda w, part=part: 0.5 * float((residuals.at(w, part) ** 2).sum()),
            weights,
            len(part),
            10000,
            **options,
        ):
            weights, steps = one.weights, steps + 1
            best = min(
                best,
                (float(np.mean(residuals.at(weights, residuals.test) ** 2)), weights),
                key=lambda b: b[0],
            )
            if time.process_time() - began > seconds * number / len(stages):
                break
    return best[1], steps


def middle(path: str) -> None:
    changes = {"source": {"count": 7400}, "training": {"hidden": [100]}}
    described = description.load(path).changed(changes)
    problem = description.problem(described, description.known_points(described))
    generator = np.random.default_rng(1)
    residuals = Residuals.build(problem, description.training(described.training), generator)
    fit, start = np.flatnonzero(~residuals.test), residuals.empty.network.random(generator)
    print(
        f"5-100-4, {len(start)} weights, {len(fit)} training points; {MIDDLE_SECONDS} s of one "
        "processor each\n"
        f"{'variant':44} {'steps':>6} {'RMSE training':>14} {'test (cm^-1)':>13}"
    )
    for name, options in (
        ("damping alike (Levenberg)", {"exponent": 0.0}),
        ("damping by the curvature (Marquardt)", {"exponent": 1.0}),
        ("damping by its root", {}),
        ("by its root, a quarter, half, all points", {"stages": (0.25, 0.5, 1.0)}),
        ("by its root, J^T J in single precision", {"single": True}),
    ):
        weights, steps = within(residuals, fit, start, MIDDLE_SECONDS, **options)
        trained = residuals.trained(weights, [])
        print(
            f"{name:44} {steps:6d} {trained.training_error * HARTREE_TO_CM:14.4f} "
            f"{trained.test_error * HARTREE_TO_CM:13.4f}",
            flush=True,
        )


def small(path: str) -> None:
    residuals, fit, start = prepare(path)
    print(
        f"{path}: {'-'.join(map(str, residuals.empty.network.sizes))}, {len(start)} weights, "
        f"{len(fit)} training and {residuals.test.sum()} test points"
    )
    print(f"{'method':44} {'time (s)':>9} {'RMSE training':>14} {'test (cm^-1)':>13}")
    for name, run, limit in (
        ("Levenberg-Marquardt, 100 steps", levenberg_marquardt, 100),
        ("Levenberg-Marquardt, 400 steps", levenberg_marquardt, 400),
        ("SciPy least_squares (lm), 100 evaluations", scipy_least_squares, 100),
        ("SciPy least_squares (lm), 400 evaluations", scipy_least_squares, 400),
        *((f"TensorFlow Adam, {steps} full-batch steps", adam, steps) for steps in ADAM_STEPS),
    ):  # fmt: skip
        if run is adam:
            adam(residuals, fit, start, 2)  # TensorFlow's own start is not counted
        began = time.perf_counter()
        weights = run(residuals, fit, start, limit)
        seconds = time.perf_counter() - began
        trained = residuals.trained(weights, [])
        print(
            f"{name:44} {seconds:9.2f} {trained.training_error * HARTREE_TO_CM:14.5f} "
            f"{trained.test_error * HARTREE_TO_CM:13.5f}",
            flush=True,
        )


def large(path: str) -> None:
    residuals, fit, start = prepare(path)

    def block(weights, part):
        return residuals.with_jacobian(weights, fit[part])

    print(
        f"{path}: {'-'.join(map(str, residuals.empty.network.sizes))}, {len(start)} weights, "
        f"{len(fit)} training points"
    )
    for name, single in (("double", False), ("single", True)):
        began = time.perf_counter()
        normal_equations(block, start, len(fit), single)
        equations = time.perf_counter() - began
        began = time.perf_counter()
        levenberg_marquardt(residuals, fit, start, 1, single)
        step = time.perf_counter() - began
        print(
            f"  {name} precision: normal equations {equations:.1f} s, a step {step:.1f} s; 60 "
            f"minutes: {3600 / step:.0f} steps",
            flush=True,
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"  largest memory {memory:.2f} GiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", nargs="?")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--large", action="store_true")
    size.add_argument("--middle", action="store_true")
    chosen = parser.parse_args()
    if chosen.middle:
        middle(chosen.config or "config/longrange/krb2.yaml")
    elif chosen.large:
        large(chosen.config or "config/longrange/paper/krb2.yaml")
    else:
        small(chosen.config or "config/longrange/h3.yaml")
