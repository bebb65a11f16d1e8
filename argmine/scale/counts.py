"""Counts of an archive, by DuckDB over its Parquet files: no table is ever held in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from argmine.scale.database import counted, frame, literal, month
from argmine.tables import SIDES

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from argmine.codebook import Codebook

_SIDES = ", ".join(f"count(*) FILTER (side = {literal(side)}) AS {literal(side)[1:-1]}" for side in SIDES)


def coded(languages: str) -> str:
    """Return SQL for the stances of counted claims, each with its post and thread."""
    return f"""
        (SELECT s.frame, s.side, s.confidence, c.claim_id, c.text, c.start, c."end", p.post_id, p.thread_id,
                p.author, p.created_at, p.url, t.forum, t.title
         FROM stances s JOIN claims c USING (claim_id) JOIN posts p USING (post_id)
         LEFT JOIN threads t USING (thread_id) WHERE {counted(languages, "c")})
    """


def totals(connection: duckdb.DuckDBPyConnection, languages: str) -> dict[str, Any]:
    """Return the archive's counts, under the names that a thread's manifest has them."""
    row = frame(
        connection,
        f"""
        SELECT count(*) FILTER (c.duplicate_of IS NOT NULL) AS duplicates,
               count(*) FILTER ({counted(languages, "c")}) AS claims,
               count(*) FILTER ({counted(languages, "c")} AND c.cluster_id IS NOT NULL) AS claims_in_a_group,
               count(*) FILTER (c.duplicate_of IS NULL AND c.kind <> 'quote'
                                AND NOT ({counted(languages, "c").split(" AND ")[-1]})) AS claims_in_other_languages,
               (SELECT count(*) FROM posts) AS posts,
               (SELECT count(*) FROM posts WHERE status = 'ok' AND text <> '') AS posts_with_text,
               (SELECT count(DISTINCT author) FROM posts WHERE status = 'ok' AND text <> '') AS authors,
               (SELECT count(*) FROM posts WHERE status = 'ok' AND text <> '' AND author IS NULL)
                 AS posts_of_unknown_author,
               (SELECT count(*) FROM threads) AS threads,
               (SELECT count(DISTINCT claim_id) FROM {coded(languages)}) AS claims_in_a_frame
        FROM claims c
        """,
    )
    found: dict[str, Any] = {str(name): int(value) for name, value in row.iloc[0].items()}
    kinds = connection.execute(
        "SELECT kind, count(*) FROM claims WHERE duplicate_of IS NULL GROUP BY kind ORDER BY kind"
    ).fetchall()
    share = round(found["claims_in_a_frame"] / found["claims"], 4) if found["claims"] else 0.0
    return found | {"kinds": dict(kinds), "share_in_a_frame": share}


def failed_quotes(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many claims are not `posts.text[start:end]`, as the database cuts the text."""
    found = connection.execute(
        'SELECT count(*) FROM claims c JOIN posts p USING (post_id) WHERE p.text[c.start + 1 : c."end"] <> c.text'
    ).fetchall()
    return int(found[0][0])


def frames(connection: duckdb.DuckDBPyConnection, codebook: Codebook, languages: str) -> pd.DataFrame:
    """Return one row a frame: claims, authors, share, claims a side; a frame that nobody speaks to has zeros."""
    found = frame(
        connection,
        f"""
        SELECT frame, count(*) AS n_claims, count(DISTINCT author) AS n_authors,
               count(*) FILTER (author IS NULL) AS n_unknown_author, {_SIDES}
        FROM {coded(languages)} GROUP BY frame
        """,
    )
    total = connection.execute(f"SELECT count(*) FROM claims c WHERE {counted(languages, 'c')}").fetchall()
    found = found.set_index("frame").reindex(codebook.frame_names).fillna(0).astype("int64").reset_index()
    found.insert(4, "share", (found["n_claims"] / max(1, total[0][0])).round(4))
    return found


def by_month(connection: duckdb.DuckDBPyConnection, languages: str) -> pd.DataFrame:
    """Return claims a month, frame and side, with all counted claims of the month."""
    return frame(
        connection,
        f"""
        WITH months AS (
          SELECT {month("p")} AS month, count(*) AS n_all
          FROM claims c JOIN posts p USING (post_id) WHERE {counted(languages, "c")} GROUP BY 1
        )
        SELECT month, frame, n_all, count(*) AS n_claims, {_SIDES}
        FROM (SELECT s.*, {month("s")} AS month FROM {coded(languages)} s) JOIN months USING (month)
        GROUP BY month, frame, n_all ORDER BY month, frame
        """,
    )


def by_forum(connection: duckdb.DuckDBPyConnection, languages: str, most: int) -> pd.DataFrame:
    """Return claims a forum and frame, of the forums with most claims; a source without forums gives no rows."""
    return frame(
        connection,
        f"""
        WITH forums AS (
          SELECT t.forum, count(*) AS n_all FROM claims c JOIN posts p USING (post_id) JOIN threads t USING (thread_id)
          WHERE t.forum IS NOT NULL AND {counted(languages, "c")} GROUP BY 1 ORDER BY n_all DESC, forum LIMIT {most}
        )
        SELECT forum, frame, n_all, count(*) AS n_claims, {_SIDES} FROM {coded(languages)} JOIN forums USING (forum)
        GROUP BY forum, frame, n_all ORDER BY n_all DESC, forum, frame
        """,
    )


def top_threads(connection: duckdb.DuckDBPyConnection, languages: str, most: int) -> pd.DataFrame:
    """Return for each frame the threads with most claims that speak to it."""
    return frame(
        connection,
        f"""
        SELECT frame, thread_id, min(title) AS title, min(forum) AS forum,
               min(url) AS url, count(*) AS n_claims, count(DISTINCT author) AS n_authors
        FROM {coded(languages)} GROUP BY frame, thread_id
        QUALIFY row_number() OVER (PARTITION BY frame ORDER BY n_claims DESC, thread_id) <= {most}
        ORDER BY frame, n_claims DESC, thread_id
        """,
    )


def drawn_quotes(connection: duckdb.DuckDBPyConnection, languages: str, most: int, seed: int) -> pd.DataFrame:
    """Return quotes drawn at random for each frame and side, of 6 to 60 words, an author at most once in each."""
    return frame(
        connection,
        f"""
        WITH drawn AS (
          SELECT *, md5_number_lower(concat({seed}, ':', claim_id)) AS h FROM {coded(languages)}
          WHERE side <> 'unclear' AND len(string_split_regex(trim(text), '\\s+')) BETWEEN 6 AND 60
        ), once AS (
          SELECT * FROM drawn
          QUALIFY author IS NULL OR row_number() OVER (PARTITION BY frame, side, author ORDER BY h, claim_id) = 1
        )
        SELECT frame, side, claim_id, post_id, start, "end", text, author, url, created_at, forum FROM once
        QUALIFY row_number() OVER (PARTITION BY frame, side ORDER BY h, claim_id) <= {most}
        ORDER BY frame, side, h, claim_id
        """,
    )


def concentration(connection: duckdb.DuckDBPyConnection, codebook: Codebook, languages: str) -> pd.DataFrame:
    """Return for all claims (frame empty) and each frame how few authors wrote how much.

    `top_10` and `top_1_percent` are the shares of claims by the ten most active known authors and the most active
    hundredth of them, `half` the number of authors that wrote half of the claims.
    """
    import pandas as pd

    rows = []
    everything = (
        f"(SELECT p.author FROM claims c JOIN posts p USING (post_id) WHERE {counted(languages, 'c')} "
        "AND p.author IS NOT NULL)"
    )
    for name in [None, *codebook.frame_names]:
        of_frame = f"(SELECT author FROM {coded(languages)} WHERE frame = {literal(name or '')} AND author IS NOT NULL)"
        row = connection.execute(
            f"""
            WITH each AS (SELECT author, count(*) AS n FROM {of_frame if name else everything} GROUP BY author),
            ranked AS (SELECT n, row_number() OVER (ORDER BY n DESC, author) AS rank,
                              sum(n) OVER (ORDER BY n DESC, author ROWS UNBOUNDED PRECEDING) AS up_to,
                              sum(n) OVER () AS n_all, count(*) OVER () AS authors FROM each)
            SELECT coalesce(max(authors), 0), coalesce(max(n_all), 0), coalesce(sum(n) FILTER (rank <= 10), 0),
                   coalesce(sum(n) FILTER (rank <= ceil(authors / 100)), 0),
                   coalesce(min(rank) FILTER (up_to * 2 >= n_all), 0) FROM ranked
            """
        ).fetchall()[0]
        authors, n_all, top_10, top_percent, half = map(int, row)
        shares = [round(part / n_all, 4) if n_all else 0.0 for part in (top_10, top_percent)]
        rows.append((name, authors, n_all, *shares, half))
    return pd.DataFrame(rows, columns=["frame", "n_authors", "n_claims", "top_10", "top_1_percent", "half"])
