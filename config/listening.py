"""The socket that the web server listens on: the supervisor's, so that it outlives every process that serves on it."""

from __future__ import annotations

import os
import socket
from collections.abc import MutableMapping

from config.settings import Settings, SettingsError

# The way of systemd (sd_listen_fds): the first socket handed over is file descriptor 3.
_SYSTEMD_FIRST = 3
_OWN = "KHOLUUTRU_LISTENING_ON"


def listening_socket(settings: Settings, environment: MutableMapping[str, str] = os.environ) -> socket.socket:
    """Return the socket to serve on: handed over by the supervisor before this one, by systemd, or a new one.

    Raises:
        SettingsError: SET-0011 somebody else has the port, or the address is not this machine's.
    """
    handed = environment.pop(_OWN, None)
    if handed is None and environment.get("LISTEN_PID") == str(os.getpid()) and environment.get("LISTEN_FDS") == "1":
        handed = str(_SYSTEMD_FIRST)
    if handed is not None:
        found = socket.socket(fileno=int(handed))
        found.set_inheritable(False)
        return found
    try:
        return socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as error:
        place = f"{settings.host}:{settings.port}"
        raise SettingsError("SET-0011", place=place, detail=error.strerror or str(error)) from error


def hand_over(listener: socket.socket, environment: MutableMapping[str, str] = os.environ) -> None:
    """Leave the socket to the program that takes this process's place by `exec`."""
    listener.set_inheritable(True)
    environment[_OWN] = str(listener.fileno())
