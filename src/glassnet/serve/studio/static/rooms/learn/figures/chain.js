// The chain rule of one weight: w → z → o → E, with the factor of each arrow, and their product as the slope of E over w.

import { h } from "../../../shared/dom.js";
import { factor, frame, handle, plane, sigmoid, text } from "./parts.js";

/** @type {import("./parts.js").Figure} */
export const chain = (el, given) => {
  const { t, params } = given;
  const start = { w: Number(params.w ?? 1), x: Number(params.x ?? 0.9), t: Number(params.target ?? 0.01), omit: params.slope === "forgotten" ? "slope" : "none" };
  const graph = plane(t("learn_fig_chain_graph"), { x: [-6, 6, 2], y: [0, 1, 0.5], xName: "w", yName: "E = (t − o)²", height: 200, hand: true });
  const steps = h("div.figure-chain");
  const made = frame(el, given, start, draw);
  const point = handle(graph, { label: t("learn_fig_weight_w"), name: "w", low: -6, high: 6, step: 0.1, get: () => made.state.w, set: (w) => made.change({ w }) });
  made.root.prepend(steps);
  made.stage.append(graph.svg);
  made.slider("w", t("learn_fig_weight_w"), [-6, 6, 0.1]);
  made.slider("x", t("learn_fig_input_x"), [0, 1, 0.01]);
  made.slider("t", t("learn_fig_target_t"), [0, 1, 0.01]);
  made.choice("omit", t("learn_fig_chain_omit"), [["none", t("learn_fig_chain_none")], ["slope", "o(1 − o)"], ["input", "x"]]);

  /** @param {typeof start} state */
  function draw({ w, x, t: target, omit }) {
    const z = w * x;
    const o = sigmoid(z);
    const E = (target - o) ** 2;
    const factors = { input: x, slope: o * (1 - o), error: -2 * (target - o) };
    const used = { ...factors, ...(omit === "none" ? {} : { [omit]: 1 }) };
    const product = used.error * used.slope * used.input;
    const box = (/** @type {string} */ name, /** @type {number} */ value) => h("span.value", {}, h("i", { text: name }), ` ${text(value)}`);
    const arrow = (/** @type {string} */ name, /** @type {string} */ is, /** @type {keyof typeof factors} */ which) =>
      h("span.arrow", { class: which === omit ? "omitted" : "" }, h("small", { text: `${name} = ${is}` }), h("b", { text: text(factors[which]) }));
    steps.replaceChildren(box("w", w), arrow("∂z/∂w", "x", "input"), box("z", z), arrow("∂o/∂z", "o(1 − o)", "slope"), box("o", o), arrow("∂E/∂o", "−2(t − o)", "error"), box("E", E));
    const reach = 1.6 / Math.hypot(1, 4 * product);
    graph.put(graph.curve((one) => (target - sigmoid(one * x)) ** 2, "curve"), graph.line([[w - reach, E - reach * product], [w + reach, E + reach * product]], "tangent"));
    point.at(w, E);
    const terms = [factor(used.error), ...(omit === "slope" ? [] : [factor(used.slope)]), ...(omit === "input" ? [] : [factor(used.input)])];
    made.tell([`∂E/∂w = ∂E/∂o · ∂o/∂z · ∂z/∂w`, `${omit === "none" ? "∂E/∂w" : "?"} = ${terms.join("·")} = ${text(product)}`],
      t(omit !== "none" ? "learn_fig_chain_wrong" : Math.abs(product) < 0.001 ? "learn_fig_chain_flat" : product > 0 ? "learn_fig_chain_down" : "learn_fig_chain_up"));
  }
  return made.open();
};
