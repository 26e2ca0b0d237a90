// The figures of the course: the name in a chapter -> what draws it into an element and returns what removes it.

import { chain } from "./figures/chain.js";
import { descent } from "./figures/descent.js";
import { error } from "./figures/error.js";
import { handwriting } from "./figures/handwriting.js";
import { mnist } from "./figures/mnist.js";
import { neuron } from "./figures/neuron.js";
import { program } from "./figures/program.js";
import { saturation } from "./figures/saturation.js";
import { signals } from "./figures/signals.js";
import { softmax } from "./figures/softmax.js";
import { update } from "./figures/update.js";
import { weights } from "./figures/weights.js";

/** @type {Record<string, import("./figures/parts.js").Figure>} */
export const FIGURES = { neuron, signals, error, descent, chain, update, saturation, weights, program, mnist, handwriting, softmax };
