"""Long-range surfaces u(R, x) = -sum_m C_m(x)/R^m with networks for C_m (Hong, Huang, Zhang 2024).

network              feed-forward networks: values, derivatives by weights and by inputs
surface              the series: energies, gradients, coefficients; saved and loaded
levenberg_marquardt  least squares with a Jacobian that is never held whole
training             test set, early stopping, restarts, weights, ensembles
"""

from vibrates.longrange.training import Problem, Training, ensemble, train
from vibrates.potential.long_range import Coordinate, LongRangeSurface

__all__ = ["Coordinate", "LongRangeSurface", "Problem", "Training", "ensemble", "train"]
