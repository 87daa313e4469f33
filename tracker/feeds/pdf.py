"""The text of a PDF, by pypdf (extra `pdf`), in a process of its own under a time limit.

A PDF is a program as much as a text: a file of a few kilobytes can keep a reader busy for hours. So it is
read in a child that is killed when its time is up, and which we ask for no more than its words.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec

from tracker.errors import ParseFailed, UserError

SECONDS = 30.0
MAX_PAGES = 400
MEMORY = 1 << 30  # bytes
_CHILD = "from tracker.feeds.pdf import serve; serve()"


def read_pdf(body: bytes, seconds: float = SECONDS) -> tuple[str, str]:
    """The title (empty where it has none) and the text of a PDF, its pages one after the other.

    Raises `ParseFailed` where it holds no text that can be read in time, and `UserError` where pypdf is not
    installed.
    """
    if find_spec("pypdf") is None:
        raise UserError('PDFs need pypdf: pip install "commitment-tracker[pdf]"')
    path = os.pathsep.join(part for part in sys.path if part)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _CHILD],
            input=body,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # pypdf's remarks on files that are not quite right
            env={**os.environ, "PYTHONPATH": path},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise ParseFailed(f"the PDF took more than {seconds:g} s to read, and was given up") from problem
    if done.returncode != 0:
        raise ParseFailed("the process that read the PDF died over it")
    answer: tuple[str, str] | str = pickle.loads(done.stdout)
    if isinstance(answer, str):
        raise ParseFailed(answer)
    return answer


def serve() -> None:
    """The child: a PDF on standard input, its title and text, or what is wrong, on standard output."""
    if sys.platform == "linux":
        import resource

        # A few kilobytes can inflate to all the memory there is.
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    body = sys.stdin.buffer.read()
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sink.write(pickle.dumps(_read(body)))
    sink.close()


def _read(body: bytes) -> tuple[str, str] | str:
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(BytesIO(body))
        if reader.is_encrypted:
            return "the PDF is locked with a password"
        pages = [page.extract_text() for page in reader.pages[:MAX_PAGES]]
        title = (reader.metadata.title if reader.metadata else None) or ""
    # Broken in one way of a hundred; pypdf raises what Python raises where it goes wrong.
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
    ) as problem:
        return f"no readable PDF ({type(problem).__name__})"
    text = "\n".join(pages)
    return (title, text) if text.strip() else "the PDF holds no text; a scan has to be read by a person"
