#!/usr/bin/env python3
"""Each house rule catches a bad sample, lets the good one beside it pass, and says what to do instead."""

import unittest

import tidy
from files import code_only

DECISION = """# 0001. Something

- Status: accepted
- Date: 2026-01-31

## Context

Why.

## Decision

What.

## Consequences

So.
"""
TEMPLATE = DECISION.replace("0001", "0000").replace("2026-01-31", "YYYY-MM-DD")


def rules(path: str, text: str, **others: str) -> list[str]:
    """The rules that `text` breaks at `path`, in order."""
    files = {path: text, **others}
    return [problem.rule for problem in tidy.check(files) if problem.path == path]


def header(*lines: str) -> str:
    return "\n".join(("#pragma once", *lines, ""))


class Includes(unittest.TestCase):
    def refused(self, path: str, include: str) -> None:
        self.assertEqual(rules(path, f"#include {include}\n"), ["include"], f"{include} in {path}")

    def accepted(self, path: str, include: str) -> None:
        self.assertEqual(rules(path, f"#include {include}\n"), [], f"{include} in {path}")

    def test_protocol_knows_nobody(self):
        self.refused("protocol/topic.cc", '"broker/core/record.h"')
        self.refused("protocol/topic.cc", '"protocol/zmq/socket.h"')
        self.accepted("protocol/topic.cc", '"protocol/result.h"')
        self.accepted("protocol/zmq/socket.cc", '"protocol/result.h"')

    def test_areas_never_know_each_other(self):
        for one in ("broker", "edge", "worker", "clients"):
            self.accepted(f"{one}/main.cc", '"protocol/link/producer_sender.h"')
            for other in ("broker", "edge", "worker", "clients"):
                if one != other:
                    self.refused(f"{one}/main.cc", f'"{other}/thing.h"')

    def test_cores_know_only_what_is_pure(self):
        self.refused("broker/core/broker.cc", '"broker/log/commit_log.h"')
        self.refused("broker/core/broker.cc", '"protocol/node/metrics.h"')
        self.accepted("broker/core/broker.cc", '"protocol/link/producer_receiver.h"')
        self.refused("edge/core/hub.cc", '"edge/net/connection.h"')
        self.refused("edge/core/hub.cc", '"edge/dialects/dialect.h"')
        self.accepted("edge/dialects/native/native.cc", '"edge/core/client_api.h"')
        self.refused("edge/dialects/native/native.cc", '"edge/net/server.h"')
        self.accepted("broker/log/rocks_log.cc", '"broker/core/record.h"')
        self.accepted("broker/log/rocks_log.cc", '"protocol/node/file.h"')
        self.refused("broker/log/rocks_log.cc", '"protocol/node/log_setup.h"')

    def test_cores_have_no_clock_thread_file_socket_or_library_that_does_io(self):
        for include in ("<chrono>", "<thread>", "<mutex>", "<condition_variable>", "<fstream>",
                        "<filesystem>", "<iostream>", "<random>", "<sys/socket.h>", "<unistd.h>",
                        "<boost/asio.hpp>", "<boost/beast/core.hpp>",
                        "<zmq.hpp>", "<rocksdb/db.h>", "<spdlog/spdlog.h>"):
            self.refused("broker/core/broker.cc", include)
            link = header(f"#include {include}")
            self.assertEqual(rules("protocol/link/producer_sender.h", link), ["include"], include)
        for include in ("<vector>", "<atomic>", "<boost/json.hpp>", "<fmt/format.h>"):
            self.accepted("broker/core/broker.cc", include)

    def test_asio_only_in_net(self):
        self.refused("edge/link_thread.cc", "<boost/asio/post.hpp>")
        self.refused("broker/shell.cc", "<boost/asio.hpp>")
        self.accepted("edge/net/listener.cc", "<boost/asio.hpp>")
        self.accepted("clients/cli/net/socket.cc", "<boost/beast/websocket.hpp>")
        self.accepted("tests/integration/edge_test.cc", "<boost/asio.hpp>")

    def test_zeromq_only_in_protocol_zmq(self):
        for include in ("<zmq.h>", "<zmq.hpp>", "<zmq_addon.hpp>"):
            self.refused("broker/shell.cc", include)
            self.accepted("protocol/zmq/socket.cc", include)

    def test_logs_only_from_node_shells_and_mains(self):
        self.refused("edge/http/rest.cc", "<spdlog/spdlog.h>")
        for path in ("protocol/node/log_setup.cc", "broker/shell.cc", "worker/sdk/worker_shell.cc",
                     "edge/link_thread.cc", "edge/main.cc"):
            self.accepted(path, "<spdlog/spdlog.h>")

    def test_storage_and_metrics_have_one_home(self):
        self.refused("broker/shell.cc", "<rocksdb/db.h>")
        self.accepted("broker/log/rocks_log.cc", "<rocksdb/db.h>")
        self.refused("broker/shell.cc", "<nats/nats.h>")
        self.refused("edge/main.cc", "<prometheus/counter.h>")
        self.accepted("protocol/node/metrics.cc", "<prometheus/counter.h>")

    def test_names_start_at_the_root(self):
        self.refused("tests/simulation/world.cc", '"sim_net.h"')
        self.refused("broker/core/broker.cc", '"../log/rocks_log.h"')

    def test_commented_out_is_not_included(self):
        self.assertEqual(rules("broker/core/a.cc", '// #include <thread>\n/*\n#include "edge/x.h"\n*/\n'), [])


class Bans(unittest.TestCase):
    def test_each_ban_bites_and_names_a_replacement(self):
        samples = {
            "coroutine": "co_await next();",
            "endl": "out << std::endl;",
            "using-namespace": "using namespace std;",
            "sleep": "std::this_thread::sleep_for(d);",
            "print": 'std::printf("x");',
            "unsafe-c": 'sprintf(buffer, "x");',
            "parse-number": "auto n = atoi(text);",
            "random": "auto n = std::rand();",
            "lock": "std::recursive_mutex m;",
        }
        self.assertEqual(set(samples), {ban.rule for ban in tidy.BANS})
        for rule, line in samples.items():
            problems = tidy.check({"broker/shell.cc": line + "\n"})
            self.assertEqual([p.rule for p in problems], [rule], line)
            self.assertRegex(problems[0].text, r": \w+ .* \w+", "a message has words of advice")

    def test_sleep_in_all_its_spellings(self):
        for line in ("usleep(5);", "sleep (1);", "::nanosleep(&t, nullptr);", "this_thread::sleep_until(t);"):
            self.assertEqual(rules("tests/unit/protocol/a_test.cc", line + "\n"), ["sleep"], line)
        for line in ("task.sleep(1);", "if (!task.sleep_for(1s)) return;", "bool sleep_for(milliseconds time);"):
            self.assertEqual(rules("broker/shell.cc", line + "\n"), [], "a task's own waiting ends when it is asked to")

    def test_comments_and_literals_are_not_code(self):
        text = '// co_await\n/* std::endl\n usleep(1) */\nauto s = "co_await";\nauto r = R"(std::endl)";\n'
        self.assertEqual(rules("broker/shell.cc", text), [])

    def test_digit_separators_do_not_hide_code(self):
        self.assertEqual(rules("broker/shell.cc", "f(1'000); usleep(1); g(2'000);\n"), ["sleep"])

    def test_literal_namespaces_are_fine(self):
        self.assertEqual(rules("broker/shell.cc", "using namespace std::string_view_literals;\n"), [])

    def test_programs_may_print(self):
        self.assertEqual(rules("broker/main.cc", 'std::printf("x");\n'), [])
        self.assertEqual(rules("clients/cli/tail.cc", "std::cout << x;\n"), [])
        self.assertEqual(rules("broker/shell.cc", 'std::snprintf(b, n, "x");\n'), [])

    def test_an_exception_needs_the_rule_and_a_reason(self):
        line = "usleep(1);  // tidy: allow({}) {}\n"
        reason = "the kernel offers no event"
        self.assertEqual(rules("broker/shell.cc", line.format("sleep", reason)), [])
        self.assertEqual(rules("broker/shell.cc", line.format("sleep", "")), ["sleep"])
        self.assertEqual(rules("broker/shell.cc", line.format("print", reason)), ["sleep"])

    def test_leftovers_anywhere(self):
        for word in ("TO" "DO", "FIX" "ME", "X" "XX"):
            self.assertEqual(rules("broker/shell.cc", f"// {word}: later\n"), ["leftover"])
            self.assertEqual(rules("edge/console/src/app.tsx", f"// {word} later\n"), ["leftover"])
            self.assertEqual(rules("docs/a.md", f"{word}\n"), ["leftover"])

    def test_paths_of_one_machine(self):
        self.assertEqual(rules("bench/run", "cd /wo" "rk/main\n"), ["path"])
        self.assertEqual(rules("bench/run", "cd network/work/main\n"), [])


class Layout(unittest.TestCase):
    def test_header_needs_pragma_once(self):
        self.assertEqual(rules("protocol/a.h", "int f();\n"), ["pragma-once"])
        self.assertEqual(rules("protocol/a.h", header("int f();")), [])

    def test_names(self):
        self.assertEqual(rules("protocol/TopicKey.cc", "\n"), ["name"])
        self.assertEqual(rules("protocol/topic.cpp", "\n"), ["name"])

    def test_columns(self):
        widest = "x" * tidy.COLUMNS_MAX
        self.assertEqual(rules("protocol/a.cc", widest + "\n"), [])
        self.assertEqual(rules("protocol/a.cc", widest + "x\n"), ["columns"])
        self.assertEqual(rules("dev", widest + "x\n"), ["columns"])
        self.assertEqual(rules("docs/a.md", widest + "x\n"), [])

    def test_columns_of_the_page(self):
        self.assertEqual(rules("edge/console/src/a.tsx", "x" * 170 + "\n"), [])
        self.assertEqual(rules("edge/console/src/a.tsx", "x" * 171 + "\n"), ["columns"])

    def test_length(self):
        self.assertEqual(rules("protocol/a.cc", "\n" * 500), [])
        self.assertEqual(rules("protocol/a.cc", "\n" * 501), ["length"])

    def test_allowed_length_is_taken_back_when_it_is_not_needed(self):
        tidy.LONG_FILES["protocol/a.cc"] = "a table"
        try:
            self.assertEqual(rules("protocol/a.cc", "\n" * 501), [])
            self.assertEqual(rules("protocol/a.cc", "\n" * 10), ["length"])
        finally:
            del tidy.LONG_FILES["protocol/a.cc"]

    def test_banners(self):
        for line in ("////", "/" * 40, "// =====", "// ---- Helpers ----", "/*****", "# -----"):
            path = "tests/a.py" if line.startswith("#") else "protocol/a.cc"
            self.assertEqual(rules(path, line + "\n"), ["banner"], line)
        for line in ("/// A doc comment.", "// a -- b", "# a comment", "x = a ---- b"):
            self.assertEqual(rules("tests/a.py", line + "\n"), [], line)

    def test_last_line_ends(self):
        self.assertEqual(rules("protocol/a.cc", "int a;"), ["newline"])


class Pages(unittest.TestCase):
    def decision(self, text: str, path: str = "docs/decisions/0001-something.md") -> list[str]:
        return rules(path, text, **{"docs/decisions/0000-template.md": TEMPLATE})

    def test_a_good_decision(self):
        self.assertEqual(self.decision(DECISION), [])

    def test_decision_form(self):
        for old, new in (("# 0001.", "# 0002."), ("- Status: accepted\n", ""), ("accepted", "done"),
                         ("- Date: 2026-01-31\n", ""), ("2026-01-31", "31 January"), ("## Context", "## Why"),
                         ("So.\n", "")):
            self.assertEqual(self.decision(DECISION.replace(old, new)), ["decision"], f"{old} -> {new}")

    def test_decision_names_and_numbers(self):
        self.assertIn("decision", self.decision(DECISION, "docs/decisions/1-x.md"))
        self.assertIn("decision", self.decision(DECISION.replace("0001", "0003"), "docs/decisions/0003-x.md"))
        twice = {"docs/decisions/0000-template.md": TEMPLATE, "docs/decisions/0001-a.md": DECISION,
                 "docs/decisions/0001-b.md": DECISION}
        self.assertEqual([p.path for p in tidy.check(twice)], ["docs/decisions/0001-b.md"])

    def test_changelog(self):
        good = ("# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A.\n\n"
                "## [0.2.0] - 2026-02-01\n\n## [0.1.0] - 2026-01-01\n")
        self.assertEqual(rules("CHANGELOG.md", good), [])
        for old, new in (("# Changelog", "# Changes"), ("[Unreleased]", "[Next]"), ("### Added", "### New"),
                         ("0.2.0", "0.0.9"), ("- 2026-02-01", "(February)")):
            bad = good.replace(old, new, 1)
            self.assertEqual(rules("CHANGELOG.md", bad), ["changelog"], f"{old} -> {new}")

    def test_names_of_tests(self):
        tests = {"tests/unit/edge/core/hub_test.cc": "TEST_F(HubTest, AnOldGap) {\n}\n",
                 "tests/simulation/mutants/gap_not_told.mutant": "file: edge/core/hub.cc\n"}
        for span in ("HubTest.AnOldGap", "simulation_finds_gap_not_told", "hub.h", "Hub::tick", "simulation_many"):
            self.assertEqual(rules("docs/a.md", f"`{span}`\n", **tests), [], span)
        for span in ("HubTest.AnotherGap", "simulation_finds_nothing"):
            self.assertEqual(rules("docs/a.md", f"`{span}`\n", **tests), ["test-name"], span)

    def test_links(self):
        others = {"docs/other.md": "", "docs/images/a.png": ""}
        good = ("[a](other.md) [b](other.md#part) [c](images) ![d](images/a.png)\n"
                "[e](https://example.org) [f](#x)\n")
        self.assertEqual(rules("docs/a.md", good, **others), [])
        for bad in ("[a](missing.md)", "![a](images/b.png)", "[a](/docs/other.md)", "[a]: missing.md",
                    '<img src="images/b.png">'):
            self.assertEqual(rules("docs/a.md", bad + "\n", **others), ["link"], bad)
        self.assertEqual(rules("docs/a.md", "```\n[a](missing.md)\n```\nand `[b](missing.md)`\n"), [])

    def test_chatter(self):
        for bad in ("see issue 12", "fixes #7", "found in an earlier session", "a work session", "PR 3"):
            self.assertEqual(rules("docs/a.md", bad + "\n"), ["chatter"], bad)
            self.assertEqual(rules("README.md", bad + "\n"), ["chatter"], bad)
        for good in ("an edge holds a session per client", "/#/tasks/7", "it outlives its session"):
            self.assertEqual(rules("docs/a.md", good + "\n"), [], good)


class CodeOnly(unittest.TestCase):
    def test_lines_stay_where_they_were(self):
        text = 'a /* b\nc */ d\n"e\\"f" g\n#include "h.h"\n'
        self.assertEqual(code_only(text), 'a     \n     d\n       g\n#include "h.h"\n')


if __name__ == "__main__":
    unittest.main()
