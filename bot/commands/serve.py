"""serve: start the HTTP service."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from bot.channels.app import create_app
from bot.commands.surroundings import need_index, read_settings
from bot.logs import set_up
from bot.server import open_to_stay, serve


def add_arguments(parser: ArgumentParser) -> None:
    """Declare where to listen."""
    parser.add_argument("--host", help="监听地址，默认 127.0.0.1")
    parser.add_argument("--port", help="监听端口，默认 8000")


def run(options: Namespace) -> int:
    """Serve until somebody ends it."""
    settings = read_settings(host=options.host, port=options.port)
    need_index(settings)
    set_up(settings.log_level, settings.log_format)
    return serve(create_app(settings, load=open_to_stay), settings)
