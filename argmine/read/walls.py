"""Pages that stand in the way of a thread: login walls, block pages, consent pages, empty shells. Each with advice."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOOKED_AT = 400_000
_TITLE = re.compile(r"<title[^>]*>([^<]{0,300})", re.IGNORECASE)


@dataclass(frozen=True)
class Wall:
    """One such page: what it is, what to do instead, and the signs by which it is told.

    It is told by its title alone, or by all of `signs` together; `never` is a sign of a real thread.
    """

    what: str
    advice: str
    title: str = ""
    """Regular expression that the whole title matches, in any case; "" for any title."""
    signs: tuple[str, ...] = ()
    """Strings that all stand in the page, in lower case."""
    never: tuple[str, ...] = ()


_REDDIT = (
    "Give the thread's address to read it from the Arctic Shift archive, or save the page while logged in and name the "
    "file"
)
_BY_HAND = "Open the page in a browser, save it once the comments are there, and name the file"
_LOGGED_IN = "Save the page while logged in and name the file"

WALLS: tuple[Wall, ...] = (
    Wall(
        "Reddit's block page",
        _REDDIT,
        signs=("has been blocked due to a network policy", "reddit"),
    ),
    Wall("Reddit's block page", _REDDIT, signs=("you've been blocked by network security", "reddit")),
    Wall("Reddit's block page", _REDDIT, title="blocked", signs=("redditstatic.com",)),
    Wall("Reddit's bot check", _REDDIT, title=r"reddit - (?:please wait for verification|prove your humanity)"),
    Wall("Reddit's bot check", _REDDIT, signs=("shreddit", 'namedItem("solution")'.lower())),
    Wall("Reddit's question for your age", _LOGGED_IN, title=r"reddit\.com: over 18\?"),
    Wall("Reddit's question for your age", _LOGGED_IN, signs=("interstitial-image-over18",)),
    Wall(
        "Reddit's login page", _REDDIT, title=r"(?:log in|welcome) (?:to|-) reddit|reddit\.com: log in|reddit - log in"
    ),
    Wall(
        "Reddit's login page",
        _REDDIT,
        signs=("<auth-flow-manager", "reddit"),
        never=("<shreddit-post", "data-fullname"),
    ),
    Wall(
        "a subreddit's page for a private or banned community",
        _LOGGED_IN,
        title=r".*(?:private|banned|quarantined)",
        signs=("redditstatic.com", "interstitial"),
    ),
    Wall(
        "Cloudflare's check for robots",
        _BY_HAND,
        title=r"just a moment\.\.\.|attention required! \| cloudflare|please wait\.\.\. \| cloudflare",
    ),
    Wall(
        "Cloudflare's check for robots",
        _BY_HAND,
        signs=("/cdn-cgi/challenge-platform/", "cf-chl-"),
        never=("itemprop",),
    ),
    Wall("Anubis's check for robots", _BY_HAND, title=r"making sure you(?:'|’|&#39;|&apos;)re not a bot!?"),
    Wall("Anubis's check for robots", _BY_HAND, signs=("/.within.website/x/cmd/anubis/", "anubis_challenge")),
    Wall("DDoS-Guard's check for robots", _BY_HAND, title=r"ddos-guard"),
    Wall("DataDome's check for robots", _BY_HAND, signs=("geo.captcha-delivery.com",)),
    Wall("PerimeterX's check for robots", _BY_HAND, signs=("px-captcha", "press & hold")),
    Wall("Imperva's check for robots", _BY_HAND, signs=("_incapsula_resource", "incident_id")),
    Wall(
        "a check for robots",
        _BY_HAND,
        title=r"(?:robot check|are you a robot\??|human verification|access to this page has been denied\.?)",
    ),
    Wall(
        "Hacker News's page for too many requests",
        "Wait some minutes, or give the item's address to read it from the API",
        signs=("sorry, we're not able to serve your requests this quickly",),
    ),
    Wall(
        "Hacker News's login page",
        "Give the item's address to read it from the API",
        signs=('action="login"', "news.ycombinator.com", "create account"),
        never=("comtr",),
    ),
    Wall("Google's consent page", _BY_HAND, signs=("consent.google.",), title=r"before you continue.*"),
    Wall("Yahoo's consent page", _BY_HAND, signs=("consent.yahoo.com", "consent-form")),
    Wall(
        "Google's block page",
        "Wait some minutes and try again from a browser",
        signs=("our systems have detected unusual traffic",),
    ),
    Wall(
        "X's login page",
        "Save the thread with an export tool (API v1.1 or v2 JSON) and name the file",
        title=r"log in to (?:x|twitter)(?: / (?:x|twitter))?",
    ),
    Wall(
        "X's empty page",
        "X shows nothing without a login and scripts: export the thread as API JSON and name the file",
        signs=("javascript is not available.", "x.com"),
    ),
    Wall("Facebook's login page", _LOGGED_IN, title=r"(?:log in|log into) (?:to )?facebook(?: \| facebook)?"),
    Wall(
        "GitHub's login page",
        "Set GITHUB_TOKEN to a token that may see it, or name a saved file",
        title=r"sign in to github.*",
    ),
    Wall(
        "Discourse's login page",
        _LOGGED_IN,
        signs=("discourse", 'id="login-form"'),
        never=("crawler-post", "topic-post"),
    ),
    Wall(
        "a forum's login page",
        _LOGGED_IN,
        title=r"(?:log ?in|sign ?in|anmelden|connexion|iniciar sesión)(?: *[-|•·–—].*)?",
        never=('itemprop="comment"', '"comment"'),
    ),
    Wall(
        "a page that says access is denied",
        _BY_HAND,
        title=r"(?:(?:error )?403(?: -)? ?)?(?:forbidden|access denied)(?: *[-|].*)?|error 1020.*",
    ),
    Wall(
        "a page that says too many requests",
        "Wait some minutes and try again",
        title=r"(?:(?:error )?429(?: -)? ?)?too many requests(?: *[-|].*)?",
    ),
    Wall(
        "a page that says the page was not found",
        "Check the address",
        title=r"(?:(?:error )?404(?: -)? ?)?(?:page )?not found(?: *[-|].*)?",
    ),
)


def find_wall(text: str) -> Wall | None:
    """Return the wall that a page is, or None.

    >>> find_wall("<html><head><title>Just a moment...</title>").what
    "Cloudflare's check for robots"
    >>> find_wall("<title>Just a moment of thought</title>") is None
    True
    """
    head = text[:_LOOKED_AT]
    lower = head.lower()
    found = _TITLE.search(head)
    title = " ".join(found[1].split()).lower() if found else ""
    for wall in WALLS:
        if wall.title and not re.fullmatch(wall.title, title):
            continue
        if all(sign in lower for sign in wall.signs) and not any(sign in lower for sign in wall.never):
            return wall
    return None


def wall_message(wall: Wall) -> str:
    """Return what an error says about a wall, without the name of the source."""
    return f"this is {wall.what}, not a thread. {wall.advice}."
