"""Leave politely, with code 0, while the file is being loaded."""

import sys

sys.exit(0)
