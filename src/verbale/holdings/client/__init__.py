"""Roads to and from servers of others: TAXII 2.1 collections that are polled and pushed to, and MISP feeds.

    schedule.run_due(stopping)     what the clock says is due; the worker calls it
    schedule.run(feed)             one feed now
    standing.standing()            how each feed stands, in a sentence

What was received is committed page by page, in one transaction with the place from which to go on, so that an end at
any moment neither loses an object nor takes one in twice. What was sent counts as arrived when the server says so of
the object itself.
"""
