"""Prints the first block of code in a language that a page shows: code_block.py PAGE LANGUAGE."""

import re
import sys
from pathlib import Path

page, language = sys.argv[1:]
block = re.search(rf"^```{language}\n(.*?)^```", Path(page).read_text(), re.DOTALL | re.MULTILINE)
if block is None:
    sys.exit(f"{page} shows no {language}")
print(block[1], end="")
