"""One report or ten thousand: inputs found, worked on by processes or machines, and recorded."""
