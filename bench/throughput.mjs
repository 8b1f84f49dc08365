// Env steps per second of whole trainings with CleanRL's recipe, ours and the peers', in turns on this machine:
//   node bench/throughput.mjs [--python [PEER=]PYTHON]... [--peer cleanrl|sb3|sbx|envpool|none]... [--recipe 1x2048|8x256]...
//                             [--env HalfCheetah] [--steps 20480] [--rounds 3]
// PYTHON is an interpreter with the peers' packages (bench/peers/README.md), for all of them or for one. A peer that can't be
// run is left out, and the table says so. Speeds drift on a shared machine: read the ratios, which are taken within a round.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { oursOf, PEERS, peerOf, physicsOf, RECIPES, whyNot } from "./arms.mjs";
import { spread } from "./spread.mjs";

const ids = [...new Set(PEERS.map(({ id }) => id))];
const { values } = parseArgs({
  options: {
    python: { type: "string", multiple: true, default: [] },
    peer: { type: "string", multiple: true, default: ids },
    recipe: { type: "string", multiple: true, default: Object.keys(RECIPES) },
    env: { type: "string", default: "HalfCheetah" },
    steps: { type: "string", default: "20480" },
    rounds: { type: "string", default: "3" },
  },
});
for (const [given, known] of [
  [values.peer, [...ids, "none"]],
  [values.recipe, Object.keys(RECIPES)],
]) {
  const unknown = given.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`${unknown} is none of ${known.join(", ")}.`);
}
const steps = Number(values.steps);
const peers = PEERS.filter(({ id }) => values.peer.includes(id));
const reasons = new Map(peers.map((peer) => [peer.id, whyNot(peer, pythonOf(peer.id))]));

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${steps} steps of ${values.env}, ${values.rounds} rounds`,
);
for (const [id, reason] of reasons) if (reason !== undefined) console.log(`${id} left out: ${reason}`);
for (const recipe of values.recipe) {
  const ours = oursOf(recipe, values.env, steps);
  const physics = physicsOf(recipe, values.env, steps);
  const theirs = peers
    .filter(({ id, recipes }) => recipes.includes(recipe) && reasons.get(id) === undefined)
    .map((peer) => peerOf(peer, pythonOf(peer.id), recipe, values.env, steps));
  const arms = [...ours, physics, ...theirs];
  const speeds = new Map(arms.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { name, measure } of arms) speeds.get(name).push(measure());
  }
  print(recipe, speeds, ours[0].name, physics.name);
}

/** The interpreter given for this peer, else the one for all. */
function pythonOf(id) {
  const own = values.python.find((value) => value.startsWith(`${id}=`));
  return own?.slice(id.length + 1) ?? values.python.find((value) => !ids.includes(value.split("=")[0]));
}

function print(recipe, speeds, first, physics) {
  console.log(`\n| ${recipe} | steps/s, median (least–most) | ${first}: times it | ${physics}: times it |`);
  console.log("|---|---|---|---|");
  for (const [name, list] of speeds) {
    const times = (other) =>
      other === name
        ? ""
        : spread(
            speeds.get(other).map((speed, i) => speed / list[i]),
            2,
          );
    console.log(`| ${name} | ${spread(list, 0)} | ${times(first)} | ${times(physics)} |`);
  }
}
