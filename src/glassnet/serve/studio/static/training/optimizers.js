/**
 * Optimizers, as in `nn/optimizers.py`, each a loop over all parameters in place.
 *
 * @typedef {{rate: number, momentum: number, beta2: number, epsilon: number, decay: number, fresh: number,
 *   fresh2: number, first: number, second: number}} Constants  float32.
 * @typedef {{slots: number,
 *   update: (w: Float32Array, gradient: Float32Array, slots: Float32Array[], c: Constants) => void}} Optimizer
 */

import { power64 } from "../arithmetic.js";

const f = Math.fround;
const TINY = f(1e-30);

/** @type {Record<string, Optimizer>} */
export const OPTIMIZERS = {
  sgd: {
    slots: 0,
    update(w, gradient, _, { rate, decay }) {
      for (let i = 0; i < w.length; i++) w[i] -= f(rate * f(gradient[i] + f(decay * w[i])));
    },
  },
  momentum: { slots: 1, update: (w, gradient, slots, c) => withVelocity(w, gradient, slots, c, false) },
  nesterov: { slots: 1, update: (w, gradient, slots, c) => withVelocity(w, gradient, slots, c, true) },
  rmsprop: {
    slots: 1,
    update(w, gradient, [r], { rate, decay, beta2, fresh2, epsilon }) {
      for (let i = 0; i < w.length; i++) {
        const g = f(gradient[i] + f(decay * w[i]));
        r[i] = withoutTiny(f(f(beta2 * r[i]) + f(f(fresh2 * g) * g)));
        w[i] -= f(f(rate * g) / f(f(Math.sqrt(r[i])) + epsilon));
      }
    },
  },
  adam: { slots: 2, update: (w, gradient, slots, c) => withMeans(w, gradient, slots, c, c.decay, 0) },
  adamw: { slots: 2, update: (w, gradient, slots, c) => withMeans(w, gradient, slots, c, 0, f(c.rate * c.decay)) },
  lion: {
    slots: 1,
    update(w, gradient, [m], { rate, decay, momentum, fresh, beta2, fresh2 }) {
      for (let i = 0; i < w.length; i++) {
        const g = gradient[i];
        const mixed = withoutTiny(f(f(momentum * m[i]) + f(fresh * g)));
        m[i] = withoutTiny(f(f(beta2 * m[i]) + f(fresh2 * g)));
        w[i] -= f(rate * f(Math.sign(mixed) + f(decay * w[i])));
      }
    },
  },
};

/**
 * @param {Float32Array} w @param {Float32Array} gradient @param {Float32Array[]} slots @param {Constants} c
 * @param {boolean} ahead  Whether the step looks ahead along the velocity.
 */
function withVelocity(w, gradient, [v], { rate, decay, momentum }, ahead) {
  for (let i = 0; i < w.length; i++) {
    const g = f(gradient[i] + f(decay * w[i]));
    v[i] = withoutTiny(f(f(momentum * v[i]) + g));
    w[i] -= f(rate * (ahead ? f(g + f(momentum * v[i])) : v[i]));
  }
}

/**
 * @param {Float32Array} w @param {Float32Array} gradient @param {Float32Array[]} slots @param {Constants} c
 * @param {number} inside  Weight decay that is part of the gradient. @param {number} outside  And that is not.
 */
function withMeans(w, gradient, [m, r], c, inside, outside) {
  const { rate, momentum, beta2, epsilon, fresh, fresh2, first, second } = c;
  for (let i = 0; i < w.length; i++) {
    const g = f(gradient[i] + f(inside * w[i]));
    m[i] = withoutTiny(f(f(momentum * m[i]) + f(fresh * g)));
    r[i] = withoutTiny(f(f(beta2 * r[i]) + f(f(fresh2 * g) * g)));
    const root = f(f(Math.sqrt(f(r[i] * second))) + epsilon);
    w[i] = f(w[i] - f(outside * w[i])) - f(f(rate * f(m[i] * first)) / root);
  }
}

/** @param {number} x */
function withoutTiny(x) {
  return Math.abs(x) < TINY ? 0 : x;
}

/**
 * @param {Record<string, any>} options @param {number} rate @param {number} t  Number of the step, from 1.
 * @returns {Constants}
 */
export function constantsOf({ momentum, beta2, epsilon, weight_decay: decay }, rate, t) {
  return {
    rate,
    momentum: f(momentum),
    beta2: f(beta2),
    epsilon: f(epsilon),
    decay: f(decay),
    fresh: f(1 - momentum),
    fresh2: f(1 - beta2),
    first: f(1 / (1 - power64(momentum, t))),
    second: f(1 / (1 - power64(beta2, t))),
  };
}

/**
 * Move an average of the weights towards them.
 * @param {Float32Array} average @param {Float32Array} w @param {number} decay @param {number} t
 */
export function follow(average, w, decay, t) {
  const share = f(Math.max(1 - decay, 9 / (10 + t)));
  for (let i = 0; i < w.length; i++) average[i] += f(share * f(w[i] - average[i]));
}
