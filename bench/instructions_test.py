#!/usr/bin/env python3
"""What bench/instructions.py makes of counts."""

import unittest

from instructions import TABLE_BEGINS, TABLE_ENDS, Function, compare, differences, table, with_table

KNOWN = {"hub.deliver/1": 1000.0, "topic.filter": 200.0}


def counted(deliver: float, find: float = 200.0) -> list[Function]:
    return [Function("hub.deliver/1", "hand on", deliver), Function("topic.filter", "match", find)]


class Comparing(unittest.TestCase):
    def test_a_little_more_or_less_is_nothing(self) -> None:
        for deliver in (971.0, 1000.0, 1029.0):
            self.assertEqual(compare(counted(deliver), KNOWN, True), ([], []))

    def test_more_fails(self) -> None:
        failures, warnings = compare(counted(1031.0), KNOWN, True)
        self.assertEqual(failures, ["hub.deliver/1: 1,000 -> 1,031 instructions (+3.1%)"])
        self.assertEqual(warnings, [])

    def test_less_warns(self) -> None:
        failures, warnings = compare(counted(969.0), KNOWN, True)
        self.assertEqual(failures, [])
        self.assertEqual(len(warnings), 1)

    def test_a_function_that_nobody_knows_fails(self) -> None:
        failures, _ = compare(counted(1000.0), {"topic.filter": 200.0}, True)
        self.assertEqual(len(failures), 1)
        self.assertIn("hub.deliver/1 has no known cost", failures[0])

    def test_a_function_that_is_gone_fails_unless_it_was_left_out(self) -> None:
        failures, _ = compare(counted(1000.0)[:1], KNOWN, True)
        self.assertEqual(failures, ["topic.filter is not there any more: take it out with --update"])
        self.assertEqual(compare(counted(1000.0)[:1], KNOWN, False).failures, [])


class Toolchain(unittest.TestCase):
    def test_what_differs_is_named(self) -> None:
        known = {"compiler": "12", "libc": "2.36", "boost": "1_81"}
        self.assertEqual(differences(known, dict(known)), [])
        self.assertEqual(differences(known, {"compiler": "13", "libc": "2.36", "zlib": "1.2"}),
                         ["compiler 13 instead of 12", "boost none instead of 1_81", "zlib 1.2 instead of none"])


class Table(unittest.TestCase):
    def test_batches_share_a_row(self) -> None:
        functions = [Function("a/1", "does a", 1234.4), Function("a/64", "does a", 99.5), Function("b", "does b", 7.0)]
        self.assertIn("| `a` | does a | 1,234 | 100 |\n", table(functions))
        self.assertIn("| `b` | does b | 7 |\n", table(functions))

    def test_it_takes_the_place_of_the_old_one(self) -> None:
        page = f"before\n{TABLE_BEGINS}\nold\n\n{TABLE_ENDS}after\n"
        self.assertEqual(with_table(page, "new\n"), f"before\n{TABLE_BEGINS}\nnew\n\n{TABLE_ENDS}after\n")


if __name__ == "__main__":
    unittest.main()
