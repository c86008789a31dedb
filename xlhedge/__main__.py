"""`python -m xlhedge`, for people whose PATH lacks the command."""

from xlhedge.cli import main

if __name__ == "__main__":
    main()
