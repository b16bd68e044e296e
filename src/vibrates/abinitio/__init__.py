"""Ab initio interaction energies and monomer properties (PySCF, an optional environment)."""
