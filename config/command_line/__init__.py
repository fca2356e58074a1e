"""The command line: every command acts as an account, passes the same permissions and writes the same events."""

from config.command_line.main import main

__all__ = ["main"]
