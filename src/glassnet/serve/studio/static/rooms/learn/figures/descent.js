// Gradient descent in one variable: a ball on a curve, and steps against the slope.

import { frame, factor, handle, plane, text } from "./parts.js";

/** @type {Record<string, {e: (w: number) => number, slope: (w: number) => number, start: number}>} */
const VALLEYS = {
  one: { e: (w) => (w - 1) ** 2, slope: (w) => 2 * (w - 1), start: -1.2 },
  two: { e: (w) => ((w - 1) ** 2 - 2) ** 2 / 3 + 0.4 * (w - 1) + 1, slope: (w) => (4 / 3) * (w - 1) * ((w - 1) ** 2 - 2) + 0.4, start: 3.2 },
};
const [LOW, HIGH] = [-2, 4];
const HIGHEST = 9;

/** @type {import("./parts.js").Figure} */
export const descent = (el, given) => {
  const { t, params } = given;
  const curve = params.curve === "two" ? "two" : "one";
  const start = { rate: Number(params.rate ?? 0.1), curve, path: [VALLEYS[curve].start] };
  const graph = plane(t("learn_fig_descent_graph"), { x: [LOW, HIGH, 1], y: [0, HIGHEST, 3], xName: "w", yName: "E(w)", height: 240, hand: true });
  const made = frame(el, given, start, draw);
  const now = () => made.state.path[made.state.path.length - 1];
  const ball = handle(graph, { label: t("learn_fig_descent_ball"), name: "w", low: LOW, high: HIGH, step: 0.1, get: now, set: (w) => made.change({ path: [w] }) });
  made.stage.append(graph.svg);
  made.slider("rate", t("learn_fig_rate"), [0.01, 1.2, 0.01]);
  made.choice("curve", t("learn_fig_descent_curve"), [["one", t("learn_fig_descent_one")], ["two", t("learn_fig_descent_two")]], (next) => ({ path: [VALLEYS[next].start] }));
  made.buttons([t("learn_fig_step"), () => go(1)], [t("learn_fig_steps", { count: 10 }), () => go(10)]);

  /** @param {number} steps */
  function go(steps) {
    const path = [...made.state.path];
    const { slope } = VALLEYS[made.state.curve];
    for (let i = 0; i < steps; i++) {
      const w = path[path.length - 1];
      if (Math.abs(w) < 1e6) path.push(w - made.state.rate * slope(w));
    }
    made.change({ path });
  }

  /** @param {typeof start} state */
  function draw({ rate, curve: name, path }) {
    const { e, slope } = VALLEYS[name];
    const w = now();
    const [E, s] = [e(w), slope(w)];
    const inside = path.filter((one) => one >= LOW && one <= HIGH && e(one) <= HIGHEST).slice(-25);
    const seen = w >= LOW && w <= HIGH && E <= HIGHEST;
    const reach = Math.min(1, 1.2 / Math.hypot(1, s / 2)); // of the tangent, to each side
    graph.put(
      graph.curve(e, "curve"), graph.line(inside.map((one) => [one, e(one)]), "way"), inside.slice(0, -1).map((one) => graph.dot(one, e(one), "past", 3)),
      seen && graph.line([[w - reach, E - reach * s], [w + reach, E + reach * s]], "tangent"),
    );
    ball.at(w, Math.min(E, HIGHEST));
    made.tell([`${t("learn_fig_step_number", { step: path.length - 1 })}: w = ${text(w)}, E = ${text(E)}, dE/dw = ${text(s)}`, `w − α·dE/dw = ${text(w)} − ${text(rate)}·${factor(s)} = ${text(w - rate * s)}`], t(`learn_fig_descent_${kindOf(path, e, slope)}`));
  }
  return made.open();
};

/** What the last step was. @param {number[]} path @param {(w: number) => number} e @param {(w: number) => number} slope */
function kindOf(path, e, slope) {
  const [w, before] = [path[path.length - 1], path[path.length - 2]];
  if (Math.abs(slope(w)) < 0.01) return "flat";
  if (before === undefined) return "begin";
  if (e(w) > e(before) * 1.0001) return "diverges";
  return slope(w) * slope(before) < 0 ? "overshoots" : "nearer";
}
