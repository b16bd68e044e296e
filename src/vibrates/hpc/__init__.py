"""Clusters: SLURM, the site's settings, and a check of both."""
