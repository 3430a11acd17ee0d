"""Medians, ratios, the table and the pictures, of reports that are made up."""

from __future__ import annotations

import unittest
from xml.etree import ElementTree

from plots import plot
from results import Results
from script_systems import Script
from table import render
from works import WORKS, Report, is_exact

WORK = {work.name: work for work in WORKS}
PEER = Script("bun", "Bun <&>", "plain", "/")
OTHER = Script("ws", "ws", "plain", "/")


class Ours(Script):
    def __init__(self) -> None:
        super().__init__("longwire", "Longwire", "longwire", "/")


def paced(cpu: float, lost: int = 0) -> Report:
    return {"s_per_million": cpu, "latency_ms": {"p50": 1, "p99": 2}, "lost": lost, "unpublished": 0, "cut": 0}


class ResultsTest(unittest.TestCase):
    def setUp(self) -> None:
        self.ours = Ours()
        self.results = Results([self.ours, PEER, OTHER], [WORK["fanout"]], "full")
        self.work = WORK["fanout"]

    def add(self, system: Script, *reports: Report) -> None:
        for report in reports:
            self.results.add(self.work, system, report)

    def test_the_median_is_not_moved_by_one_bad_run(self) -> None:
        self.add(self.ours, paced(5), paced(50), paced(6))
        self.assertEqual(self.results.median(self.work, self.ours, self.work.figures[0]), 6)

    def test_a_rate_that_was_mostly_not_kept_up_with_has_no_cost(self) -> None:
        self.add(PEER, paced(5), paced(5, lost=1), paced(5, lost=1))
        self.assertIsNone(self.results.median(self.work, PEER, self.work.figures[0]))
        self.assertIn("not sustained", render(self.results))

    def test_the_ratio_is_ours_by_theirs(self) -> None:
        self.add(self.ours, paced(5))
        self.add(PEER, paced(10))
        self.assertEqual(self.results.ratio(self.work, PEER), 0.5)
        self.assertIsNone(self.results.ratio(self.work, OTHER))
        self.assertIsNone(self.results.ratio(self.work, self.ours))

    def test_the_table_names_failures_and_who_was_left_out(self) -> None:
        self.add(self.ours, paced(5))
        self.results.add_failure(self.work, PEER, "would not start")
        self.results.left_out["NATS"] = "nats-server"
        text = render(self.results)
        self.assertIn("failed", text)
        self.assertIn("left out: NATS, for want of nats-server", text)

    def test_markdown_has_as_many_cells_in_every_row(self) -> None:
        self.add(self.ours, paced(5))
        self.add(PEER, paced(10))
        lines = render(self.results, markdown=True).strip().split("\n")
        self.assertEqual({line.count("|") for line in lines}, {4})

    def test_a_picture_has_a_bar_for_each_system_that_has_the_figure(self) -> None:
        self.add(self.ours, paced(5))
        self.add(PEER, paced(10))
        self.add(OTHER, paced(1, lost=1))
        picture = ElementTree.fromstring(plot(self.results, self.work) or "")
        widths = [float(bar.attrib["width"]) for bar in picture.iter("{http://www.w3.org/2000/svg}rect")]
        self.assertEqual(len(widths), 2)
        self.assertAlmostEqual(widths[1], 2 * widths[0], places=0)

    def test_without_figures_there_is_no_picture(self) -> None:
        self.assertIsNone(plot(self.results, self.work))

    def test_losses_at_a_rate_that_was_too_high_are_no_fault(self) -> None:
        self.assertTrue(is_exact({"highest_rate": 5, "exact": False, "doubled": 0, "out_of_order": 0}))
        self.assertFalse(is_exact({"highest_rate": 5, "exact": False, "doubled": 1, "out_of_order": 0}))
        self.assertFalse(is_exact({"exact": False}))

    def test_every_work_has_every_size(self) -> None:
        for work in WORKS:
            for size in ("full", "quick", "tiny"):
                self.assertTrue(work.arguments(size), work.name)


if __name__ == "__main__":
    unittest.main()
