"""`python -m api` is the console command `scenematch`."""

from api.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
