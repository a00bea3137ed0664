"""`onecard officer`: accounts of officers, their two factors, and who may still log in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from api.commands.administration import administering
from api.commands.connection import database_uri
from api.failure import Refusal
from api.settings import Settings, load_settings
from auth.officers import Duty, Officer
from auth.one_time_codes import enrolment_uri
from auth.passwords import MAX_LENGTH
from resolvers.gateway import Ask, Gateway
from resolvers.officer_accounts import (
    AccountRefused,
    Enrolled,
    Post,
    check_password,
    check_post,
    create_officer,
    disable_officer,
    enable_officer,
    reset_officer,
)

DUTY = click.Choice([duty.value.lower() for duty in Duty])

_T = TypeVar("_T")

password_option = click.option(
    "--password-stdin",
    is_flag=True,
    help="Take the password from the first line of standard input.",
)


@click.group()
def officer() -> None:
    """Officers' accounts: password and authenticator app, one authority and city."""


@officer.command()
@click.argument("login_name", metavar="LOGIN")
@click.option("--authority", required=True, help="Code, as foreign-experts-440100.")
@click.option("--city", required=True, help="Code (GB/T 2260), as 440100.")
@click.option("--duty", "duties", multiple=True, required=True, type=DUTY, help="Repeat for more.")
@password_option
def add(
    login_name: str, authority: str, city: str, duties: tuple[str, ...], password_stdin: bool
) -> None:
    """Create the account LOGIN, a staff code and never a person's name.

    Shows once the otpauth:// address that the officer's authenticator app takes.
    """
    post = Post(login_name, authority, city, [Duty(duty.upper()) for duty in duties])
    _refused_as_told(lambda: check_post(post))
    password = _password(login_name, password_stdin)
    enrolled = _changed(lambda gateway, ask: create_officer(gateway, ask, post, password))
    click.echo(f"officer {login_name} is created. Enrol the authenticator app now:")
    _show(enrolled)


@officer.command("list")
def list_officers() -> None:
    """Every account, by login name."""
    found = _changed(lambda gateway, _: gateway.officers.load_all())
    click.echo(_row("LOGIN", "STATE", "CITY", "AUTHORITY", "DUTIES"))
    for one in found:
        click.echo(_row_of(one))


@officer.command()
@click.argument("login_name", metavar="LOGIN")
def disable(login_name: str) -> None:
    """Let LOGIN in no more, and end its sessions within a second."""
    ended = _changed(lambda gateway, ask: disable_officer(gateway, ask, login_name))
    click.echo(f"officer {login_name} is disabled; {ended} sessions ended")


@officer.command()
@click.argument("login_name", metavar="LOGIN")
def enable(login_name: str) -> None:
    """Let a disabled LOGIN in again, with the factors that it had."""
    _changed(lambda gateway, ask: enable_officer(gateway, ask, login_name))
    click.echo(f"officer {login_name} is enabled")


@officer.command()
@click.argument("login_name", metavar="LOGIN")
@password_option
def reset(login_name: str, password_stdin: bool) -> None:
    """Give LOGIN a new password and a new secret for its app, and end its sessions."""
    password = _password(login_name, password_stdin)
    enrolled = _changed(lambda gateway, ask: reset_officer(gateway, ask, login_name, password))
    click.echo(f"officer {login_name} is reset. Enrol the authenticator app anew:")
    _show(enrolled)


def _changed(work: Callable[[Gateway, Ask], Awaitable[_T]]) -> _T:
    """`work` on the database of the settings, as an administrator."""
    settings = load_settings()
    with database_uri(settings) as uri:
        return _refused_as_told(lambda: asyncio.run(_administered(settings, uri, work)))


async def _administered(
    settings: Settings, uri: str, work: Callable[[Gateway, Ask], Awaitable[_T]]
) -> _T:
    async with administering(settings, uri) as (gateway, ask):
        return await work(gateway, ask)


def _refused_as_told(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except AccountRefused as refused:
        raise Refusal(str(refused)) from None


def _password(login_name: str, from_stdin: bool) -> str:
    if from_stdin:
        # One more than allowed, so that a longer one is refused and not cut.
        password = sys.stdin.readline(MAX_LENGTH + 2).rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    _refused_as_told(lambda: check_password(password, login_name))
    return password


def _show(enrolled: Enrolled) -> None:
    click.echo(enrolment_uri(enrolled.officer.login_name, enrolled.secret))


def _row_of(one: Officer) -> str:
    duties = ", ".join(duty.value.lower() for duty in one.duties)
    return _row(one.login_name, one.state, one.city, one.authority, duties)


def _row(*cells: str) -> str:
    return f"{cells[0]:40} {cells[1]:8} {cells[2]:6} {cells[3]:24} {cells[4]}"
