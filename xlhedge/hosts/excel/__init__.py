"""Excel on Windows: an add-in file, written without Excel, that calls this Python."""
