/**
 * The three products with a matrix of weights, which take nearly all the time of training.
 *
 * A matrix is stored (inputs, nodes): the weights from input j are at j · nodes. So the loops inside run over nodes,
 * and each node's sum is over its inputs in order. Both roundings of `sum + product` are written out. Four inputs at a
 * time, because numbers then stay in registers; that changes no order.
 */

const f = Math.fround;

/**
 * `sums[k] += values[i] · weights[places[i]][k]`, over i from `begin` to `end − 1` in order.
 *
 * @param {Float32Array} weights @param {Uint32Array} places @param {Float32Array} values @param {number} begin
 * @param {number} end @param {Float32Array} sums
 */
export function addSums(weights, places, values, begin, end, sums) {
  const nodes = sums.length;
  let i = begin;
  for (; i + 3 < end; i += 4) {
    const [w0, w1, w2, w3] = [places[i] * nodes, places[i + 1] * nodes, places[i + 2] * nodes, places[i + 3] * nodes];
    const [v0, v1, v2, v3] = [values[i], values[i + 1], values[i + 2], values[i + 3]];
    for (let k = 0; k < nodes; k++) {
      const two = f(f(sums[k] + f(v0 * weights[w0 + k])) + f(v1 * weights[w1 + k]));
      sums[k] = f(two + f(v2 * weights[w2 + k])) + f(v3 * weights[w3 + k]);
    }
  }
  for (; i < end; i++) {
    const [w, v] = [places[i] * nodes, values[i]];
    for (let k = 0; k < nodes; k++) sums[k] += f(v * weights[w + k]);
  }
}

/**
 * `matrix[places[i]][k] += values[i] · numbers[k]`, over i from 0 to `end − 1`.
 *
 * @param {Float32Array} matrix @param {Uint32Array} places @param {Float32Array} values @param {number} end
 * @param {Float32Array} numbers
 */
export function addProducts(matrix, places, values, end, numbers) {
  const nodes = numbers.length;
  let i = 0;
  for (; i + 3 < end; i += 4) {
    const [m0, m1, m2, m3] = [places[i] * nodes, places[i + 1] * nodes, places[i + 2] * nodes, places[i + 3] * nodes];
    const [v0, v1, v2, v3] = [values[i], values[i + 1], values[i + 2], values[i + 3]];
    for (let k = 0; k < nodes; k++) {
      const number = numbers[k];
      matrix[m0 + k] += f(v0 * number);
      matrix[m1 + k] += f(v1 * number);
      matrix[m2 + k] += f(v2 * number);
      matrix[m3 + k] += f(v3 * number);
    }
  }
  for (; i < end; i++) {
    const [m, v] = [places[i] * nodes, values[i]];
    for (let k = 0; k < nodes; k++) matrix[m + k] += f(v * numbers[k]);
  }
}

/**
 * `error[j] = Σ sent[k] · weights[j][k]`, over k in order.
 *
 * @param {Float32Array} weights @param {Float32Array} sent @param {Float32Array} error
 */
export function sendBack(weights, sent, error) {
  const nodes = sent.length;
  let j = 0;
  for (; j + 3 < error.length; j += 4) {
    let [w0, e0, e1, e2, e3] = [j * nodes, 0, 0, 0, 0];
    const [w1, w2, w3] = [w0 + nodes, w0 + 2 * nodes, w0 + 3 * nodes];
    for (let k = 0; k < nodes; k++) {
      const s = sent[k];
      e0 = f(e0 + f(s * weights[w0 + k]));
      e1 = f(e1 + f(s * weights[w1 + k]));
      e2 = f(e2 + f(s * weights[w2 + k]));
      e3 = f(e3 + f(s * weights[w3 + k]));
    }
    error[j] = e0;
    error[j + 1] = e1;
    error[j + 2] = e2;
    error[j + 3] = e3;
  }
  for (; j < error.length; j++) {
    let e = 0;
    for (let k = 0; k < nodes; k++) e = f(e + f(sent[k] * weights[j * nodes + k]));
    error[j] = e;
  }
}
