"""The compositional kernel search of Mihalik et al. 2024 on any data set of the data model.

training_sets   which initial j (or v) are trained on, which validate
screening       which of many training sets are worth training
process         the Gaussian process of a candidate, as it starts
candidate       one kernel trained on one training set, stored
selection       the choice of training set and kernel; sums and products until it gets no better
cost            what the direct calculation of every level costs
tables          Tables I to V of the paper
"""
