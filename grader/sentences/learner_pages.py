"""What students read on the page that shows their results, besides the feedback itself."""

from __future__ import annotations

from grader.sentences.template import N_

TITLE = N_("Results of {student}")
SKIP = N_("Skip to the results")
OVERVIEW = N_("Overview")
EXERCISE = N_("Exercise")
STATUS = N_("Status")
POINTS_HEADING = N_("Points")
YOUR_CODE = N_("The code that was graded: {file}")
CODE_OF = N_("Code of {file}, from {place} on")
COMMENTS = N_("{count} line of comments", "{count} lines of comments")
TO_CODE = N_("to the code, {place}")
RAISED_HERE = N_("An error happened here while the file was loaded: see the notes above.")
AND_MORE = N_("{title}, and {count} more check", "{title}, and {count} more checks")
EXPECTED_HIDDEN = N_("What hidden checks were called with and what they expected is shown when grades are final.")

# How far a student is with an exercise
ALL_POINTS = N_("all points")
SOME_POINTS = N_("some points")
NO_POINTS = N_("begun, no points")
NOT_BEGUN = N_("not begun")
NOT_GRADED = N_("could not be graded")
NOT_IN = N_("not handed in")
EXCUSED = N_("excused")
LATE = N_("late")

# Points that people changed
CHANGED_POINTS = N_("{earned}; the checks gave {raw}")
WITH_WORDS = N_("{what} {words}")
WITH_CHANGE = N_("{what} ({change})")
COMMENT = N_("Comment:")
