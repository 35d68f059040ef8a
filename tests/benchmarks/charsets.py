"""How many of chardet's test files are read in the right charset, without header and `<meta>` of a server.

    pip download --no-deps --no-binary chardet chardet==5.2.0
    python -m tests.benchmarks.charsets chardet-5.2.0.tar.gz

The files (LGPL) lie in the source distribution on PyPI, in folders that are called by their charset. Right is what
gives the same text as that charset. Left out are charsets that the Encoding Standard does not know, for no browser
reads them.
"""

from __future__ import annotations

import re
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipelines.charset import codec_of, decode_html

_LANGUAGE = re.compile(
    r"-(arabic|bulgarian|croatian|cyrillic|czech|greek|hebrew|hungarian|polish|romanian|russian|slovak|slovene|turkish|welsh)$"
)
_LABELS = {
    "CP932": "shift_jis",
    "CP949": "euc-kr",
    "MacCyrillic": "x-mac-cyrillic",
    "MacRoman": "macintosh",
    "utf-8-sig": "utf-8",
}
"""Labels of the standard for names that are Python's."""


def files(sdist: Path) -> Iterator[tuple[str, bytes]]:
    """The name of the charset, and the bytes, of each file."""
    with tarfile.open(sdist) as archive:
        for member in archive:
            parts = member.name.split("/")
            content = archive.extractfile(member)
            if len(parts) == 4 and parts[1] == "tests" and content is not None:
                yield _LANGUAGE.sub("", parts[2]), content.read()


def main(sdist: Path) -> None:
    """Print the figure, and what was taken for something else."""
    right, read, unknown, mistaken = 0, 0, 0, Counter[tuple[str, str]]()
    for name, content in files(sdist):
        codec = codec_of(_LABELS.get(name, name))
        if not codec:
            unknown += 1
            continue
        text, guessed = decode_html(content)
        read += 1
        if text.lstrip("\ufeff") == content.decode(codec, "replace").lstrip("\ufeff"):
            right += 1
        else:
            mistaken[name, guessed] += 1
    print(f"{right} of {read} right ({right / read:.1%}); {unknown} in charsets that the standard does not know")
    for (name, guessed), count in mistaken.most_common():
        print(f"{count:4} {name} taken for {guessed}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
