"""What instructors read about slips in adjustments.toml, and about values that it cannot hold."""

from __future__ import annotations

from grader.sentences.template import N_

BROKEN_ADJUSTMENTS = N_(
    "Cannot read the adjustments in {path!r}. {problem} Correct that, and run the command again; nothing was changed."
)

# The file as a whole
CLOSED = N_("The file cannot be opened: {error}.")
NOT_UTF8 = N_("The file is not saved as UTF-8. Choose UTF-8 where your editor saves it.")
NESTED = N_("Its brackets are nested too deep.")
LINE = N_(
    "Line {line} cannot be read: {text}. Write `name = value`, texts in quotation marks, numbers with a point (9.5), "
    "and headings such as [[override]]."
)
TWICE = N_(
    "A name stands twice in one entry, or a heading is written in two ways. Each entry needs its own heading with two "
    "brackets, such as [[override]]."
)
UNKNOWN_HEADING = N_("It has a heading or a name {name!r}, which means nothing here. {cure}")
TWO_BRACKETS = N_("Write the heading [[{kind}]] with two brackets in front of each entry.")
ONE_BRACKET = N_("Write the heading [late] once, with one bracket on each side.")

# An entry
IN_ENTRY = N_("Entry {number} of [[{kind}]]: {problem}")
IN_TABLE = N_("In [{kind}]: {problem}")
UNKNOWN_NAME = N_("There is no `{name}` in such an entry. {cure}")
ABOVE_ALL = N_("`{name}` must stand above the first heading.")
MISSING = N_("`{name}` is missing. Add it.")
EMPTY = N_("`{name}` is empty. Write something.")
WRONG = N_("`{name}` is {value}. It must be {what}.")
UNTIL_OR_DAYS = N_("It needs either `until` or `days`. Write one of them.")

# What a value must be
NUMBER = N_("a number from {least} to {most}, with a point where it needs one, such as 9.5")
TEXT = N_("a text in quotation marks")
YES_OR_NO = N_("true or false, without quotation marks")
DROP_OR_GIVE = N_('"drop" or "give"')
