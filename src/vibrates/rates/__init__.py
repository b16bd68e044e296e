"""From batches of trajectories to cross sections and rate coefficients.

`reduction` streams batch files into sums per stratum; `cross_sections` turns the sums into
sigma(U) and opacity functions; `symmetrisation` holds the formulas of the three symmetrisations,
`thermal` integrates over energy, `bootstrap` resamples the replicates and `coefficients` combines
these; `variance` finds the strata that limit the error of k. `approximate` and `compare` compare
the results with scaling laws and published rates, `sanity` checks the products.

A stratum is one shell of impact parameter at one total classical energy U of one initial state
(v, w). Its trajectories form independent replicates, whose spread gives the error of its mean.
"""
