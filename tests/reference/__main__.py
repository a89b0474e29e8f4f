"""Compares answers with the reference's own: `python -m reference < stream`, from tests/. See README.md."""

import sys

from .compare import main

sys.exit(main())
