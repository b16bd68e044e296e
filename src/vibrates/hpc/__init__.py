"""Clusters: SLURM, settings of the site, and checks of both."""
