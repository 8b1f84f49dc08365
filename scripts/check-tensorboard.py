"""Reads a run directory with TensorBoard's own reader: tags, points per tag, finished episodes, the HParams entry.

    pip install tensorboard
    python scripts/check-tensorboard.py runs/RUN
"""

import json
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata, plugin_data_pb2

run = pathlib.Path(sys.argv[1])
accumulator = EventAccumulator(str(run), size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
for tag in sorted(tags["scalars"]):
    print(f"{tag:32} {len(accumulator.Scalars(tag)):6} points")
print("text/tensors:", tags["tensors"])

episodes = [line for line in map(json.loads, open(run / "metrics.jsonl")) if "charts/episodic_return" in line]
points = accumulator.Scalars("charts/episodic_return")
assert [point.step for point in points] == [line["step"] for line in episodes], "an episode is missing"
print(f"finished episodes: {len(episodes)}, points that TensorBoard keeps: {len(points)}")

for tag, content in accumulator.summary_metadata.items():
    if content.plugin_data.plugin_name == metadata.PLUGIN_NAME:
        data = plugin_data_pb2.HParamsPluginData.FromString(content.plugin_data.content)
        kind = data.WhichOneof("data")
        size = len(data.session_start_info.hparams) if kind == "session_start_info" else ""
        print("hparams:", tag, kind, size, data.session_start_info.group_name)
