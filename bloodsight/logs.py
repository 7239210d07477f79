"""Log records without what a person stored."""

from __future__ import annotations

import logging
import traceback


class NoValues(logging.Filter):
    """Keeps where something failed and its kind, and drops the message of the exception, which may quote a value."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True; the record's traceback is replaced by file, line and exception class."""
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            steps = "".join(f"\n  {step.filename}:{step.lineno} {step.name}" for step in traceback.extract_tb(trace))
            record.msg = f"{record.getMessage()} {kind.__name__}{steps}"
            record.args, record.exc_info, record.exc_text = None, None, None
        return True
