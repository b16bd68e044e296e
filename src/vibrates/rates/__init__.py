"""From batches of trajectories to cross sections and rate coefficients.

`reduction` streams batch files into sums per stratum; `cross_sections` turns the sums into
sigma(U) and opacity functions; `symmetrisation` holds the formulas of the three symmetrisations,
`thermal` integrates over energy, `bootstrap` resamples the replicates and `coefficients` brings
them together; `variance` says which strata limit the error of k. `approximate` and `compare`
set the results beside scaling laws and published rates, `sanity` checks the products.

A stratum is one shell of impact parameter at one total classical energy U of one initial state
(v, w). Its trajectories come in independent replicates, whose spread is the error of its mean.
"""
