"""The JSON Schemas below config/, for editors, and config/README.md: written from the models.

python -m vibrates.schemas [DIRECTORY]      # the project's, by default the working directory
"""

import sys
from pathlib import Path

from vibrates.abinitio.models import PairPoints
from vibrates.config import Campaign, document
from vibrates.core.files import write_text
from vibrates.core.model import Model
from vibrates.core.model_schema import text
from vibrates.longrange.models import LongRangeTraining
from vibrates.scattering.models import Scattering, SiteSurfacePoints
from vibrates.scattering.pair_models import PairScattering

MODELS: dict[str, type[Model]] = {
    "config/schema.yaml": Campaign,
    "config/abinitio/schema.yaml": PairPoints,
    "config/quantum/schema.yaml": Scattering,
    "config/quantum/pair_schema.yaml": PairScattering,
    "config/quantum/surface_schema.yaml": SiteSurfacePoints,
    "config/longrange/schema.yaml": LongRangeTraining,
}


def files() -> dict[str, str]:
    """The content of every generated file, by its path in the project."""
    schemas = {path: text(model) for path, model in MODELS.items()}
    return schemas | {"config/README.md": document.readme()}


def main(root: str = ".") -> None:
    """Write all of them."""
    for path, content in files().items():
        write_text(Path(root) / path, content)


if __name__ == "__main__":
    main(*sys.argv[1:2])
