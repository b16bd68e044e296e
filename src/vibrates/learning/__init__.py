"""Learned rate coefficients: models, how they are compared, and complete ladders with their errors.

The data flow, one module each:

transitions, data, readers     quantum numbers; state-to-state rates in one data model; from
                  rates.nc, CSV, LAMDA/RADEX
features          functions of a transition and T that a regression sees, by name
backend           TensorFlow and GPflow, loaded quietly and made deterministic
kernels           covariance functions, and expressions of them
likelihood        marginal likelihood with its gradient in closed form
gaussian_process, optimisers    exact regression and how it is trained
trends, ladder_fit, ladder_model      our regression: its forms, one form trained, the choice;
                  calibration, combination: its errors and its mean, judged by left-out levels
baselines         interpolation without training; published_gp, networks: those of Hong et al. 2023;
                  models: all by name
scenarios, scores, scenario_row, scenario_run  what is left out, how well it is predicted
search            the compositional kernel search of Mihalik et al. 2024
directions, edge  exothermic and endothermic members; which values are learned from
families, product, product_texts      complete ladders, learned.nc
completed         the cells of a table with their covariance

`backend`, and what imports it, costs seconds to import; nothing here imports it by itself.
"""
