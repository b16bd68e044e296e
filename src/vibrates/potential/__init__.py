"""Intermolecular potential of two molecules.

`registry` lists the surfaces that a configuration can select, `protocol` defines their interface.
Nothing is imported here: the configuration reads the settings without SciPy, and the environment of
PySCF uses the harmonics of the orientation without pydantic.
"""
