"""Intermolecular potential of two diatomic molecules."""

from vibrates.potential.surface import REFERENCE_CONFIGURATIONS, Surface

__all__ = ["REFERENCE_CONFIGURATIONS", "Surface"]
