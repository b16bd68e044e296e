"""vibrates: state-to-state vibrational rate coefficients, from the surface to a learned table."""

__version__ = "0.1.0"
