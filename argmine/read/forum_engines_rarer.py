"""Where the rarer forum engines keep the parts of a post, and question and comment pages that are built like forums."""

from __future__ import annotations

from argmine.read.forum_engine import Engine

RARER_ENGINES: tuple[Engine, ...] = (
    Engine(
        "JForum",
        post="table.forumline tr:has(.postbody), div.post:has(.postbody), div.postItem:has(.postText)",
        body=(".postbody", ".postText"),
        author=(".genmed b", ".postauthor", ".name"),
        time=(".postdate [title]@title", ".postdetails", ".date"),
        identifier=(".postdate [id]@id", "a[name]@name", "@id"),
        drop=".signature",
    ),
    Engine(
        "Slashdot",
        post="li.comment[id^=tree_], article[id^=firehose-].fhitem-story",
        body=("[id^=comment_body_]", ".body .p", ".body"),
        author=(".by a", ".by", ".story-byline a"),
        time=(".otherdetails", "time@datetime"),
        link=(".otherdetails a@href",),
        score=(".score",),
        drop=".sig, .quote_author",
        quote=".quote, blockquote",
    ),
    Engine(
        "WordPress",
        post="li.comment[id], li.depth-1[id], div.comment[id^=comment-]",
        body=(".comment-content", ".comment-body .comment-text", ".comment-text", ".comment_text", ".comment-body"),
        author=(".comment-author .fn", ".fn", ".comment-author", "cite"),
        time=("time@datetime", ".comment-date", ".comment-meta a", ".comment-metadata a"),
        link=(".comment-metadata a@href", ".comment-meta a@href", ".comment-date a@href"),
        drop=".reply, .comment-author, .comment-meta, .comment-metadata, .comment-reply-link",
    ),
    Engine(
        "UBB.threads",
        post="table.t_outer:has(.post_inner)",
        body=(".post_inner [id^=body]",),
        author=(".author-name a", ".author-name"),
        time=("span:has(> .date + .time)",),
        identifier=("[id^=number]@id",),
        link=("a[id^=number]@href",),
        parent=("a[title='in reply to']@href",),
        drop=".signature, .edited-wording",
        quote=".ubbcode-block, blockquote",
        cite=".ubbcode-header, cite",
    ),
    Engine(
        "Drupal",
        post=".comment:has([class*=field-name-comment-body], [class*=field--name-comment-body]), "
        # What is an article where no comment stands below it.
        "body:has([class*=field-name-comment-body], [class*=field--name-comment-body]) .node:not([class*=teaser])",
        body=(
            "[class*=field-name-comment-body], [class*=field--name-comment-body]",
            "[class*=field-name-body], [class*=field--name-body]",
        ),
        author=(".author-details__username", ".username", ".author"),
        time=("time@datetime", ".post-when [title]@title", ".submitted"),
        link=("a[rel=bookmark]@href", ".permalink@href"),
    ),
    Engine(
        "Quora",
        # Answers to other questions stand among them, each under its own question.
        post=".puppeteer_test_question_title:not([class*=truncate]), "
        "[class*=dom_annotate_question_answer_item]:not(:has(.puppeteer_test_question_title))",
        # A long answer stands there twice: cut short, and concealed in full.
        body=(
            ".puppeteer_test_answer_content .qu-display--none .qu-userSelect--text",
            ".puppeteer_test_answer_content .qu-userSelect--text",
            ".qu-userSelect--text",
        ),
        author=(".spacing_log_answer_header .qu-bold",),
        time=(".answer_timestamp",),
        identifier=(),
        link=(".answer_timestamp@href",),
    ),
)
