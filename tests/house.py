"""The scripts of `.ci` as modules: what they print or build is what tests assert."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / ".ci"


def script(name):
    """A script of `.ci`."""
    loader = SourceFileLoader(f"ci_{Path(name).stem}", str(_FOLDER / name))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


House = script("house").House
