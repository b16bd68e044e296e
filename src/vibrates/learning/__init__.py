"""Learned data sets: rate coefficients of levels that were not computed, with their uncertainty.

The data flow, one module each:

ladder           the training data: one transition (dv, dw) of `rates.nc` for every computed v
features         functions of v and T that the regression sees, by name
backend          TensorFlow and GPflow, loaded quietly and made deterministic
kernels          covariance functions by name, and the known covariance of the Monte-Carlo errors
gaussian_process exact regression
validation       every v left out once, and the scores of these predictions
product          the complete ladder, `learned.nc`

`backend`, and what imports it, costs seconds to import; nothing here imports it by itself.
"""
