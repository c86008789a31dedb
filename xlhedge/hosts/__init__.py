"""One adapter a spreadsheet program, each derived from FUNCTIONS."""
