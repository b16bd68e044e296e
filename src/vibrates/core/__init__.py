"""What every stage uses: units, errors, files, checkpoints, netCDF products."""
