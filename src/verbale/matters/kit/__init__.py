"""The workbench of kinds: a kind that declares its deeds gets pages, forms, API and commands for each of them.

A kind made with the kit has

    acts.py     bodies of its acts, `msgspec` structs with limits (pure)
    fold.py     rules of effect, as sentences in the docstring (pure; `verbale.matters.rules` has the common ones)
    kind.py     `KIND = kit.kind(...)`: a `Deed` for each type of act, sentences, what waits
    apps.py     registers the kind
    templates/<kind>/panel.html     the matter's own part of its page

and the kit gives it

    pages       list; one page for each deed that opens a matter; one for each deed within; buttons for what takes no
                field
    tags        `{% load kit %}`: `{% deeds %}` the buttons of what can be done now, `{% deed "x.ack" act=item.key %}`
                the button of one deed beside what it is about
    API         `GET /<kind>/`, `GET /<kind>/{matter}`, `POST /<kind>/<deed>` to open, `POST /<kind>/{matter}/<deed>`
                within, each typed by the fields of the deed
    command     `verbale say hotline.message MATTER text=…`, `verbale deeds hotline`

Import `Deed`, `Field`, `Texts`, `View` from `kit.spec`, `kind` and `standing_of` from `kit.kinds`; `draft`, `say` and
`Given` of `kit.operations` do it from Python. This module imports nothing: Django loads it before its models.
"""
