"""How exported rates are cited: the entries of CITATION.cff, which a wheel does not carry."""

from vibrates import __version__

TEXTS = (
    f"the vibrates authors, vibrates: state-to-state vibrational rate coefficients of diatomic "
    f"pairs, version {__version__} (software)",
    "Qizhen Hong, Loriano Storchi, Massimiliano Bartolomei, Fernando Pirani, Quanhua Sun, Cecilia "
    "Coletti, Inelastic N2+H2 collisions and quantum-classical rate coefficients: large datasets "
    "and machine learning predictions, The European Physical Journal D (2023), "
    "doi:10.1140/epjd/s10053-023-00688-4 (method)",
)
