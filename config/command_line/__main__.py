"""`python -m config.command_line`: the command without its entry point."""

from config.command_line import main

main()
