"""The workers in Python that the pages show run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cluster import ROOT, Cluster, data_of

# What stands for the model of which the page says nothing.
MODEL = '''
class model:
    @staticmethod
    async def stream(prompt):
        for word in ("Hello, ", prompt.split()[1].rstrip(".")):
            yield word
'''


@pytest.mark.parametrize("page", ["README.md", "worker/README.md", "worker/python/README.md"])
def test_a_page_s_greeter_greets(cluster: Cluster, page: str) -> None:
    block = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.DOTALL | re.MULTILINE)[0]
    script: Path = cluster.folder / "greeter.py"
    script.write_text(MODEL + block)
    cluster.start_worker(script, "greeter-1")
    task = cluster.start("greet", {"name": "Ada"})
    if "ctx.ask(" in block:
        cluster.wait_for_event(task, "task.waiting")
        cluster.input(task, "Ada")
    events = cluster.story(task)
    assert events[-1]["data"]["result"] == {"greeted": "Ada"}, events[-1]
    assert data_of(events, "text.done")[0]["text"] == "Hello, Ada"
