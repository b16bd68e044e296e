"""Diatomic molecules and their vibrational basis sets."""
