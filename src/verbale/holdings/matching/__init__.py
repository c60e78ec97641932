"""Runs of matching: what was found when own logs were looked through for the indicators of a shelf.

    run = record.begin(shelf, who="ada", engine="duckdb")
    record.finish(run, matched)          what was found, bounded
    recorded.hits_of(run)                the hits again, as they were found
    recorded.seen_of(shelf, stix_id)     whether an object was seen in our logs
    uploads.take(shelf, file, …)         a small log from a page, looked through by the node's worker

Own logs are the node's own secret: nothing of these tables goes to a partner. What can be told is drafted by others.
"""
