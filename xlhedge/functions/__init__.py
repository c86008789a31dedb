"""The functions: a body each over floats, arrays and Excel text, and what derives from it."""
