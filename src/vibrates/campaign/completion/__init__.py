"""The complete table: a campaign that decides by itself what to compute (docs/complete.md).

A round of the loop, from files to files:

    trajectories of all rounds before
      -> rates.nc, strata.nc     `data`        rates and strata of every computed state
      -> Table                   `regression`  posterior of log10 k over all cells of all families
      -> Decision                `decision`    what is reached, what to compute, when to stop
           Steps                 `choice`      states and further trajectories, chosen jointly
      -> plan/roundN.csv         `plans`       numbers of trajectories for every step

table        the posterior over the cells of the table, and what further trajectories do to it
choice       the steps of a round: by gain per core hour; evenly spread or at random for comparison
simulation, synthetic   the loop on known rates with noise: tests, comparison of strategies
honesty      the test of the finished table on states that were never trained on
proposal     `rule next`: the same round for a campaign without the block `complete`
"""
