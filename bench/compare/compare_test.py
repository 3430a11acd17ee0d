"""What is left of a comparison that is ended early. Nothing is started: reports are made up."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import compare
from longwire_system import Longwire
from works import Report

REPORT: Report = {
    "s_per_million": 5,
    "latency_ms": {"p50": 1, "p99": 2},
    "lost": 0,
    "unpublished": 0,
    "cut": 0,
    "exact": True,
}


class Ours(Longwire):
    def missing(self) -> str | None:
        return None


class EndedEarlyTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.object(compare, "Longwire", Ours))
        self.enterContext(contextlib.redirect_stderr(io.StringIO()))
        for ender in compare.ENDERS:
            self.addCleanup(signal.signal, ender, signal.getsignal(ender))

    def compare(self, ended_in_run: int, ender: signal.Signals) -> str:
        """Two works in each of three rounds; what is printed."""
        runs = 0

        def run_once(*_: Any) -> Report:
            nonlocal runs
            runs += 1
            if runs == ended_in_run:
                os.kill(os.getpid(), ender)
            return REPORT

        flags = "--only fanout,topics --peers none --repeat 3 --out"
        command = ["compare.py", *flags.split(), str(self.folder)]
        printed = io.StringIO()
        with mock.patch.object(compare, "run_once", run_once), mock.patch("sys.argv", command):
            with contextlib.redirect_stdout(printed):
                self.code = compare.main()
        return printed.getvalue()

    def runs_in_file(self) -> list[int]:
        works = json.loads((self.folder / "compare.json").read_text())["works"]
        return [len(work["systems"]["longwire"]["runs"]) for work in works.values()]

    def test_whole_rounds_are_written_and_told(self) -> None:
        for ender in compare.ENDERS:
            with self.subTest(ender=ender):
                table = self.compare(ended_in_run=6, ender=ender)
                self.assertEqual(self.runs_in_file(), [2, 2])
                self.assertEqual(len(list(self.folder.glob("*.svg"))), 2)
                self.assertIn("Longwire", table)
                self.assertEqual(self.code, 1)

    def test_without_a_whole_round_there_is_nothing_to_tell(self) -> None:
        table = self.compare(ended_in_run=2, ender=signal.SIGTERM)
        self.assertFalse((self.folder / "compare.json").exists())
        self.assertEqual(table.strip(), "")
        self.assertEqual(self.code, 1)

    def test_an_end_that_comes_while_a_round_is_written_waits_for_it(self) -> None:
        write_files = compare.write_files

        def ended(*arguments: Any) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            write_files(*arguments)

        with mock.patch.object(compare, "write_files", ended):
            self.compare(ended_in_run=0, ender=signal.SIGTERM)
        self.assertEqual(self.runs_in_file(), [1, 1])


if __name__ == "__main__":
    unittest.main()
