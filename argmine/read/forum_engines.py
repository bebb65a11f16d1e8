"""Where each forum engine keeps the parts of a post on its pages: one row an engine, CSS selectors throughout.

A selector may end in `@name` for an attribute, and be that alone for one of the post's own element. Of several in a
tuple the first that finds something counts.
"""

from __future__ import annotations

from dataclasses import dataclass

Where = tuple[str, ...]


@dataclass(frozen=True)
class Engine:
    """The selectors of one engine; `post` finds the posts of a page, the others look inside one."""

    name: str
    post: str
    body: Where
    author: Where
    time: Where
    identifier: Where = ("@id",)
    """A value whose last number is the post's; without a number, it is the identifier itself."""
    link: Where = ()
    score: Where = ()
    drop: str = ""
    """Elements of a body that its author did not write: signatures, notes of changes, buttons."""
    quote: str = "blockquote"
    """Elements of a body that hold somebody else's words."""
    cite: str = "cite"
    """Elements of a quote that name its author; they are left out."""
    answers: str = ""
    """Links of a body that name the post it answers; they are left out."""
    pages: str = ""
    """Elements whose text is the number of a page of the thread."""
    page: str = ""
    """The element whose text is the number of this page."""


FLARUM = Engine(
    "Flarum",
    post="article.CommentPost, div.PostStream-item article.Post, #flarum-content article, noscript article",
    body=(".Post-body", ".PostBody"),
    author=(".PostUser-name .username", ".PostUser .username", ".PostUser", "h3"),
    time=("time@datetime", ".PostMeta"),
    identifier=("@data-id", "@id"),
    link=(".PostMeta a@href",),
    drop=".Post-footer, .UserMention-avatar",
    answers="a.PostMention",
)

ENGINES: tuple[Engine, ...] = (
    Engine(
        "XenForo",
        post="article.message[data-author], article.message.message--post, article.message.message--article, "
        "li.message[data-author], div.MessageCard[id^=js-post-], div.message.js-post",
        body=(".message-body .bbWrapper", ".message-content .bbWrapper", ".messageContent .messageText", ".bbWrapper"),
        author=("@data-author", ".message-name", ".MessageCard__user-info__name", ".username"),
        time=(
            ".message-attribution time@datetime",
            ".MessageCard__date-created time@datetime",
            "time.u-dt@datetime",
            "time@datetime",
            "abbr.DateTime@data-time",
            ".DateTime@title",
        ),
        identifier=("@data-content", "@id"),
        link=(".message-attribution-main a@href", "a.MessageCard__date-created@href", "a.datePermalink@href"),
        score=(".message-cell--vote .js-voteCount@data-score", ".contentVote-score"),
        drop=".bbCodeBlock-expandLink, .bbCodeBlock-sourceJump, .message-lastEdit, .message-signature, "
        ".js-selectToQuoteEnd, .quoteExpand, .signature, .bbCodeSpoiler-button, .js-unfurl-desc, "
        ".bbCodeBlock--unfurl .contentRow-minor, .bbCodeBlock-title, a[href*='attachments/'][target=_blank]",
        quote=".bbCodeBlock--quote, .bbCodeQuote, blockquote:not(.messageText)",
        cite=".bbCodeBlock-title, .attribution, .bbCodeBlock-sourceJump",
        pages=".pageNav-page a, .PageNav nav a",
        page=".pageNav-page--current, .PageNav .currentPage",
    ),
    Engine(
        "Invision",
        post="article[id^=elComment_], article.ipsComment[data-commentid], .ipsComment[data-commentid], "
        "div.post_block[id^=post_id_]",
        body=(
            "[data-role=commentContent]",
            ".ipsRichText--user",
            ".cPost_contentWrap .ipsType_richText",
            ".ipsType_richText",
            "[itemprop=commentText]",
            ".entry-content",
        ),
        author=(
            ".ipsEntry__username",
            ".cAuthorPane_author",
            ".ipsComment_author .ipsType_break",
            ".ipsComment_authorName",
            "[itemprop='creator name']",
            ".author",
        ),
        time=(
            ".ipsEntry__meta time@datetime",
            ".ipsComment_meta time@datetime",
            "time@datetime",
            "abbr.published@title",
        ),
        identifier=("@id", "@data-commentid"),
        link=("a[href*='do=findComment']@href", "a[href*='findComment']@href", "a[rel=bookmark]@href"),
        score=("[data-role=reactionCountText]", ".ipsReact_reactCount", "[data-role=reputationCount]"),
        drop=".ipsEdited, .ipsQuote_citation, .ipsSpoiler_header, [data-role=memberSignature], .ipsItemControls, "
        ".ipsEmbedded, .edit, .signature, .ipsReact, [data-excludequote], summary",
        quote="blockquote",
        cite=".ipsQuote_citation, p.citation, cite",
        pages=".ipsPagination_page a, .ipsPagination__page a",
        page=".ipsPagination_active, .ipsPagination__active",
    ),
    Engine(
        "vBulletin",
        post="li[id^=post_], li.postbitlegacy, li.postbit, li.b-post[data-node-id], table[id^=post]:not([id*=_]), "
        "div.thread-post-v3",
        body=(
            "blockquote.postcontent",
            ".js-post__content-text",
            "[id^=post_message_]",
            ".b-post__content",
            ".post_message",
        ),
        author=(
            ".b-post__author [itemprop=name]",
            ".author [itemprop=name]",
            ".username strong",
            ".username",
            ".bigusername",
        ),
        time=("time@datetime", ".postdate .date", ".postdate", "td.thead", ".tcat .smallfont"),
        identifier=("@data-node-id", "@id", "[id^=post_message_]@id"),
        link=("a.postcounter@href", "a.b-post__count@href", "a[id^=postcount]@href"),
        score=(".b-post-control__vote .js-post__votes", ".votecount"),
        drop=".js-embed-attach, .b-post__edit-reason, .postcontent .signature, .editedby, .attachments",
        quote=".bbcode_quote, .quote_container, div:has(> table td.alt2)",
        cite=".bbcode_postedby, .quote_header, div.smallfont",
        pages=".pagination a, .pagenav a",
        page=".pagination .selected a, .pagenav .alt2 strong",
    ),
    Engine(
        "phpBB",
        post="div.post[id^=p], article.post[id^=p], div.postcontainer[id^=p], tr[id^=p]",
        body=(".postbody .content", ".post-content .content", ".content", ".postbody", ".post-content"),
        author=(
            ".postprofile .username, .postprofile .username-coloured",
            ".author .username, .author .username-coloured",
            ".postauthor, .postprofile dt strong",
            ".name",
        ),
        time=(".author time@datetime", "time@datetime", ".author", ".postdate", ".postdetails"),
        link=(".author a[href*='#p']@href", "h3 a@href"),
        drop=".signature, .notice, .attachbox, .rules, .post-buttons, .codebox > p",
        quote="blockquote",
        cite="cite",
        pages=".pagination a.button, .pagination a",
        page=".pagination li.active, .pagination strong",
    ),
    Engine(
        "Simple Machines",
        post="div[id^=msg]:has(.post_wrapper), div.windowbg:has(.post_wrapper), div.windowbg2:has(.post_wrapper), "
        "div.post_wrapper",
        body=(".inner", ".post [id^=msg_]"),
        author=(".poster h4 a", ".poster h4"),
        time=(".postinfo a.smalltext", ".keyinfo .smalltext", ".postinfo .smalltext"),
        identifier=(".inner@data-msgid", ".inner@id", "[id^=msg_]@id", "@id"),
        link=(".postinfo a@href", ".keyinfo h5 a@href"),
        score=(".like_count b",),
        drop=".signature, .moderatorbar, .attachments, .quotefooter, .codeheader, .spoilerheader, .modified",
        quote="blockquote",
        cite=".quoteheader, cite",
        pages=".pagelinks a.nav_page, .pagelinks a.navPages",
        page=".pagelinks .current_page, .pagelinks > strong",
    ),
    Engine(
        "FluxBB",
        post="div.blockpost[id^=p], div.post[id^=p]:has(.postmsg)",
        body=(".postmsg", ".entry-content"),
        author=(".postleft dt strong", ".post-byline strong", "dt strong"),
        time=("h2 a", ".posthead a.permalink", "h2"),
        link=("h2 a@href", "a.permalink@href"),
        drop=".postsignature, .postedit, .sig-content, .sig-line",
        quote=".quotebox blockquote, blockquote",
        cite="cite",
        pages=".pagelink a",
        page=".pagelink strong.item1, .pagelink strong",
    ),
    Engine(
        "MyBB",
        post="div.post[id^=post_], table[id^=post_]",
        body=(".post_body",),
        author=(".post_author .largetext a", ".post_author .largetext", ".largetext"),
        time=(".post_date",),
        link=("a[href*='#pid']@href",),
        drop=".signature, .post_edit, .edited_post, .attachments, .codeblock .title",
        quote="blockquote",
        cite="cite",
        pages=".pagination a.pagination_page",
        page=".pagination .pagination_current",
    ),
    FLARUM,
    Engine(
        "Vanilla",
        post=".ItemDiscussion, .ItemComment, li[id^=Comment_]",
        body=(".Item-Body .userContent", ".Item-Body .Message", ".userContent", ".Message"),
        author=(".Author .Username", "a.Username", ".Author a:not(.PhotoWrap)", ".Author"),
        time=(".DateCreated time@datetime", "time@datetime"),
        link=("a.Permalink@href",),
        drop=".Signature, .UserSignature, .QuoteExpander, .js-quoteToggle, .UserQuote .QuoteAuthor",
        quote="blockquote",
        cite=".QuoteAuthor, .blockquote-content > a:first-child, .embedQuote-header",
        pages=".Pager a",
        page=".Pager .Highlight",
    ),
    Engine(
        "NodeBB",
        post="[component=post], [component='topic/event/post']",
        body=("[component='post/content']",),
        author=("@data-username", "[itemprop=author] [itemprop=name]@content", "[data-username]@data-username"),
        time=("[itemprop=datePublished]@content", "@data-timestamp", ".timeago@title"),
        identifier=("@data-pid",),
        link=("a.post-index@href", "a[href*='/post/']@href"),
        score=("[component='post/vote-count']@data-votes", "[component='post/vote-count']"),
        drop=".post-signature, [component='post/signature']",
        quote="blockquote",
        cite="a[href*='/post/']:has(+ blockquote)",
    ),
    Engine(
        "WoltLab",
        post="article.wbbPost, article.message[data-object-id], li.wbbPost",
        body=(".messageText",),
        author=(".messageSidebar .username", "[itemprop=author] [itemprop=name]", ".username"),
        time=("time@datetime", ".datetime@datetime"),
        identifier=("@data-object-id", "@data-post-id", "@id"),
        link=("a.permalink@href", ".messagePublicationTime a@href"),
        drop=".messageSignature, .messageFooterNote, .codeBoxHeader, .messageFooterNotes",
        quote="blockquote, .quoteBox",
        cite=".quoteBoxTitle, .quoteBoxIcon, cite",
        pages=".pagination a",
        page=".pagination .active",
    ),
    Engine(
        "bbPress",
        post="div.type-topic.hentry, div.reply.type-reply, div.bbp-lead-topic, div[id^=post-].reply, "
        "div.topic.type-topic",
        body=(".bbp-reply-content", ".bbp-topic-content"),
        author=(
            ".bbp-author-name",
            ".bbp-reply-author .bbp-author-link:not(.bbp-author-avatar)",
            ".bbp-reply-author a",
            ".bbp-topic-author a",
        ),
        time=(".bbp-reply-post-date", ".bbp-topic-post-date"),
        link=("a.bbp-reply-permalink@href", "a.bbp-topic-permalink@href"),
        drop=".bbp-reply-revision-log, .bbp-topic-revision-log, .bbp-signature, .bbp-attachments",
    ),
    Engine(
        "wpForo",
        post="div.wpforo-post, div[id^=post-].post-wrap",
        body=(".wpforo-post-content", ".wpf-post-content"),
        author=(".author-name a, .author-name", ".wpf-post-author a", ".wpforo-post-author a"),
        time=(".cbleft.wpfcl-0", ".wpf-post-date", ".cbleft"),
        identifier=("@data-postid", "@id"),
        link=("a.wpf-post-link@href",),
        score=(".wpfvote-num",),
        drop=".wpforo-post-signature, .wpf-post-button-actions, .wpf-attached-file, .wpf-post-edit-log",
    ),
    Engine(
        "Khoros",
        post="div.lia-message-view-wrapper, div[data-lia-message-uid], .lia-component-message-view",
        body=(".lia-message-body-content",),
        author=(".UserName .lia-user-name-link", ".lia-user-name-link", ".UserName"),
        time=(".DateTime .message_post_text@title", ".local-friendly-date@title", ".local-date", ".DateTime"),
        identifier=("@data-lia-message-uid", "@id"),
        link=("a.lia-message-position-in-thread@href", "a[href*='/m-p/']@href"),
        score=(".kudos-count-link .MessageKudosCount", ".MessageKudosCount"),
        drop=".lia-message-signature, .lia-spoiler-link, .lia-mentions-avatar",
        cite=".quote-attribution, cite",
    ),
    Engine(
        "inSided",
        post=".qa-topic-first-post, .qa-topic-post-box, .qa-topic-post",
        body=(".post__content", ".qa-topic-post-content", "[class*=post__content]"),
        author=(".qa-topic-post-username", ".profilepicture + a", ".username", ".qa-username"),
        time=("time@datetime", ".qa-post-date@datetime", ".qa-topic-date"),
        identifier=("@data-post-id", "@id"),
        drop=".qa-signature, .post__signature, .post-signature",
        cite=".blockquote-author, cite",
    ),
    Engine(
        "JForum",
        post="table.forumline tr:has(.postbody), div.post:has(.postbody)",
        body=(".postbody",),
        author=(".genmed b", ".postauthor", ".name"),
        time=(".postdetails", ".date"),
        identifier=("a[name]@name", "@id"),
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
)

MICRODATA = Engine(
    "microdata",
    post="[itemtype$='/Comment'], [itemtype$='/Answer'], [itemtype$='/Question'], [itemtype$='/UserComments'], "
    "[itemtype$='/DiscussionForumPosting'], [itemtype$='/SocialMediaPosting'], [itemprop=comment], "
    "[itemprop=suggestedAnswer], [itemprop=acceptedAnswer]",
    body=("[itemprop=text]", "[itemprop=articleBody]", "[itemprop=commentText]", "[itemprop=description]:not(meta)"),
    author=(
        "[itemprop=author] [itemprop=name]",
        "[itemprop=creator] [itemprop=name]",
        "[itemprop=author]",
        "[itemprop=creator]",
    ),
    time=("[itemprop=datePublished]", "[itemprop=dateCreated]", "[itemprop=commentTime]", "time"),
    identifier=("@id", "@data-id", "@data-post-id", "[itemprop=url]@content", "[itemprop=url]@href"),
    link=("[itemprop=url]@href", "[itemprop=url]@content"),
    score=("[itemprop=upvoteCount]", "[itemprop=interactionCount]"),
    drop=".signature, .message-signature, .js-selectToQuoteEnd, .bbCodeBlock-expandLink, [itemprop=comment]",
    cite="cite, .bbCodeBlock-title",
)
"""schema.org's names as attributes of the markup, which are selected like an engine's classes."""

ON_EVERY_PAGE = (
    "script, style, noscript, template, button, form, select, "
    "[hidden], [aria-hidden=true]:not(img), .sr-only, .visually-hidden, .screen-reader-text, .u-srOnly"
)
"""Elements that no reader sees as part of a post, whatever engine wrote the page."""
