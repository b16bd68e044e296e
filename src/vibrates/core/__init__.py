"""Modules that all stages use: units, errors, files, checkpoints, netCDF products."""
