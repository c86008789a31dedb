"""`.ci/house`, as a module: what it prints is what the architecture test asserts."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

_PATH = Path(__file__).parent.parent / ".ci" / "house"
_loader = SourceFileLoader("house_", str(_PATH))
_spec = spec_from_loader(_loader.name, _loader)
_module = module_from_spec(_spec)
_loader.exec_module(_module)
House = _module.House
