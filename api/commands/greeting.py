"""What `onecard serve` says when it starts: where it is, and how to begin."""

from __future__ import annotations

import click

from api.demo import demo_identities
from api.settings import Settings


def say_hello(settings: Settings, host: str, port: int) -> None:
    """Addresses, and one identity to log in with."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}"
    click.echo(f"OneCard Gateway serves on {base}")
    click.echo(f"  GraphQL   {base}/graphql")
    if settings.serves_graphiql:
        click.echo(f"  GraphiQL  {base}/graphiql")
    click.echo(f"  Health    {base}/health/ready")
    if settings.in_production:
        return
    holder = demo_identities()["holders"][0]
    [(kind, number)] = holder["identifier"].items()
    click.echo("Log in: open GraphiQL and click a demo identity in the panel on the left.")
    click.echo(f"  by hand: name {holder['name']!r}, {kind} {number!r}; see README.md, 'Log in'")
    click.echo("  all demo identities: .venv/bin/onecard demo")
    click.echo("Stop with Ctrl-C.")
