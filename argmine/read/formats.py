"""Every format that is read, in the order in which they are tried: the more particular before the more general."""

from __future__ import annotations

import json

from argmine.errors import SourceError
from argmine.read import (
    bluesky,
    convokit,
    delimited,
    discourse,
    discourse_page,
    feed,
    forum_page,
    github,
    github_graphql,
    hn_item,
    hn_list,
    hn_page,
    hn_search,
    json_rows,
    lemmy,
    lobsters,
    lobsters_page,
    mastodon,
    parquet,
    plain_text,
    reddit_dump,
    reddit_export,
    reddit_feed,
    reddit_listing,
    reddit_page,
    stack_exchange,
    stack_exchange_page,
    x_posts,
)
from argmine.read.discussion import Columns
from argmine.read.format import Format
from argmine.read.json_text import load_json
from argmine.read.payload import Payload
from argmine.read.walls import find_wall, wall_message

FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        parquet.FORMAT,
        reddit_dump.ARCHIVE,
        hn_item.FORMAT,
        hn_list.FORMAT,
        hn_search.FORMAT,
        hn_page.FORMAT,
        reddit_export.FORMAT,
        reddit_listing.FORMAT,
        reddit_dump.LINES,
        reddit_page.OLD,
        reddit_page.NEW,
        reddit_feed.FORMAT,
        lobsters.FORMAT,
        lobsters_page.FORMAT,
        discourse.FORMAT,
        discourse_page.FORMAT,
        lemmy.FORMAT,
        stack_exchange.FORMAT,
        stack_exchange_page.FORMAT,
        github.FORMAT,
        github_graphql.FORMAT,
        mastodon.FORMAT,
        bluesky.FORMAT,
        convokit.FORMAT,
        x_posts.FORMAT,
        feed.FORMAT,
        json_rows.ARRAY,
        json_rows.LINES,
        forum_page.FORMAT,  # takes any page, so every particular kind of page stands above it
        delimited.FORMAT,
        plain_text.FORMAT,
    )
}

_CREDENTIALS = (
    "(live) is read from an address too. Credentials come from the environment, where a site wants them: GITHUB_TOKEN, "
    "STACKEXCHANGE_KEY,\nREDDIT_CLIENT_ID with REDDIT_CLIENT_SECRET, or REDDIT_TOKEN."
)


def describe_formats() -> str:
    """Return a paragraph a format: its name, what it is, what it can and cannot give, and whether it is read live."""
    paragraphs = [
        f"{format_.name}{' (live)' if format_.is_live else ''}: {format_.title}\n"
        f"  gives: {format_.gives}\n  lacks: {format_.lacks}"
        for format_ in FORMATS.values()
    ]
    return "\n\n".join([*paragraphs, _CREDENTIALS])


def detect(payload: Payload, columns: Columns) -> Format:
    """Return the first format that the content matches; raise SourceError, saying what was found, if none does."""
    for is_text in (False, True):
        if is_text:
            _refuse_wall(payload)
        for format_ in FORMATS.values():
            if format_.is_text == is_text and format_.matches(payload, columns):
                return format_
    if payload.is_markup:
        raise SourceError(
            f"{payload.name}: this is an XML document of no known kind. "
            "Save the thread as a page, as text or as JSON, or give its address."
        )
    if payload.json is not None:
        raise SourceError(
            f"{payload.name}: JSON of no known shape: at the top stands {json_rows.describe(payload.json[0])}. "
            "`argmine formats` lists what is read; of rows, each must have a text."
        )
    raise SourceError(
        f"{payload.name}: the JSON is broken ({_break(payload.text)}). If it was cut short, fetch it again."
    )


def _refuse_wall(payload: Payload) -> None:
    wall = find_wall(payload.text) if payload.is_markup else None
    if wall:
        raise SourceError(f"{payload.name}: {wall_message(wall)}")


def _break(text: str) -> str:
    try:
        load_json(text)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno:,}, character {error.colno:,}"
    return "no value"
