"""Intermolecular potential of two molecules.

`registry` names the surfaces that a configuration can select, `protocol` says what each offers.
Nothing is imported here: the configuration reads the settings without SciPy, and the environment of
PySCF uses the harmonics of the orientation without pydantic.
"""
