"""Compares a report with TensorBoard's own reader: every score of a run or an arm; ten of them, drawn, are shown.

    pip install tensorboard
    rl-adan report RUNS -o DIR --json > report.json
    python scripts/check-report.py report.json RUNS

RUNS is the one folder that was reported. Fails when a figure is not the same to a relative 1e-12 (sums of 100 numbers may round
differently). --record FILE writes what TensorBoard says of the ten.
"""

import argparse
import json
import pathlib
import random

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util.tensor_util import make_ndarray

FIGURES = 10

parser = argparse.ArgumentParser()
parser.add_argument("report", type=pathlib.Path)
parser.add_argument("runs", type=pathlib.Path)
parser.add_argument("--record", type=pathlib.Path)
options = parser.parse_args()
report = json.loads(options.report.read_text())


def scores_of(name):
    accumulator = EventAccumulator(str(options.runs / name), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    points = {
        tag: [(point.step, point.value) for point in accumulator.Scalars(tag)] for tag in accumulator.Tags()["scalars"]
    }
    # TensorFlow 2 writes scalars as tensors of the scalars plugin.
    for tag in accumulator.Tags()["tensors"]:
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "scalars":
            points[tag] = [(event.step, make_ndarray(event.tensor_proto).item()) for event in accumulator.Tensors(tag)]
    values = lambda tag: [value for _, value in points.get(tag, [])]
    episodes, means, evaluations = map(values, ("charts/episodic_return", "rollout/ep_rew_mean", "eval/mean_reward"))
    scores = {}
    if episodes:
        scores["training"] = sum(episodes[-100:]) / len(episodes[-100:])
    elif means:
        scores["training"] = means[-1]
    if evaluations:
        scores["evaluation"] = evaluations[-1]
        scores["evaluation maximum"] = max(evaluations)
    return scores


def interquartile_mean(values):
    cut = len(values) // 4
    kept = sorted(values)[cut : len(values) - cut]
    return sum(kept) / len(kept)


counted = [run for run in report["runs"] if run["leftOut"] is None]
tensorboard = {run["name"]: scores_of(run["name"]) for run in counted}
figures = []
for run in counted:
    shown = {
        **{protocol: run["scores"][protocol] for protocol in ("training", "evaluation")},
        "evaluation maximum": run["maxima"]["evaluation"],
    }
    for figure, value in tensorboard[run["name"]].items():
        figures.append((f"{run['name']}: {figure}", value, shown[figure]))
for environment in report["environments"]:
    for arm in environment["arms"]:
        for protocol, score in arm["scores"].items():
            values = [
                tensorboard[run["name"]][protocol]
                for run in counted
                if (run["env"], run["arm"]) == (environment["env"], arm["label"]) and protocol in tensorboard[run["name"]]
            ]
            name = f"{environment['env']}, {arm['label']}: IQM of {protocol}"
            figures.append((name, interquartile_mean(values), score["iqm"]["value"]))

for name, expected, shown in figures:
    assert abs(shown - expected) <= 1e-12 * abs(expected), f"{name}: TensorBoard {expected!r}, report {shown!r}"
sample = random.Random(0).sample(figures, min(FIGURES, len(figures)))
for name, expected, shown in sample:
    print(f"{name}: TensorBoard {expected!r}, report {shown!r}")
print(f"all of {len(figures)} figures are the same")
if options.record:
    recorded = [{"figure": name, "value": expected} for name, expected, _ in sample]
    options.record.write_text(json.dumps(recorded, indent=2) + "\n")
