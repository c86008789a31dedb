"""The mathematics: one concept a module, plain arithmetic over floats, arrays or Excel text."""
