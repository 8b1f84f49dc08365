"""Reads a run directory with TensorBoard's own reader: tags, points per tag, finished episodes, the HParams entry.

Fails when a point of metrics.jsonl is missing, or one that a resumed run took back is still there.

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
lines = [json.loads(line) for line in open(run / "metrics.jsonl")]
for tag in sorted(tags["scalars"]):
    points = accumulator.Scalars(tag)
    print(f"{tag:32} {len(points):6} points")
    assert [point.step for point in points] == [line["step"] for line in lines if tag in line], f"{tag} differs"
print("text/tensors:", tags["tensors"])

episodes = sum("charts/episodic_return" in line for line in lines)
print(f"finished episodes: {episodes}, points that TensorBoard keeps: {len(accumulator.Scalars('charts/episodic_return'))}")

for tag, content in accumulator.summary_metadata.items():
    if content.plugin_data.plugin_name == metadata.PLUGIN_NAME:
        data = plugin_data_pb2.HParamsPluginData.FromString(content.plugin_data.content)
        kind = data.WhichOneof("data")
        size = len(data.session_start_info.hparams) if kind == "session_start_info" else ""
        print("hparams:", tag, kind, size, data.session_start_info.group_name)
