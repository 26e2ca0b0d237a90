// Where the nodes of a network are in its picture: inputs at the left, outputs at the right, hidden layers as blocks between them.

const HEADING = 32; // above each layer
const PAGING = 44; // with buttons
const LABEL = 96; // most width of the names of inputs and outputs
const GAP = 34;

/**
 * @typedef {Object} Level A layer, inputs included.
 * @property {number} count Nodes, or inputs. @property {number} [letters] Of the longest name.
 * @property {"picture"|"names"|"tiles"|"circles"} kind An image as a whole, inputs or outputs with names, nodes as images of their weights, nodes.
 */
/** @typedef {{level: number, place: number}} Node A node by its layer, 0 for the inputs, and its place among those that are shown. */
/** @typedef {{x: number, y: number, size: number}} Spot A node's centre, and the side of its cell. */
/**
 * @typedef {Object} Placed
 * @property {number} x Left edge. @property {number} width @property {number} columns @property {number} rows
 * @property {number} page Nodes that fit. @property {number} cell
 */

/**
 * The block of each level.
 * @param {Level[]} levels @param {number} width @param {number} height @param {number} least Side of the smallest cell.
 * @returns {Placed[]}
 */
export function placeLevels(levels, width, height, least) {
  const narrow = width < 560;
  const gap = narrow ? 14 : GAP;
  const room = height - HEADING;
  const ends = levels.map(({ kind, count, letters = 4 }) => {
    if (kind === "picture") return narrow ? 64 : Math.min(120, width * 0.16);
    if (kind === "names") return Math.max(narrow ? 44 : 64, Math.min(narrow ? 52 : LABEL, 8 + 8 * letters) + cellOf(count, room, least, 44));
    return 0;
  });
  const hidden = levels.filter((_, k) => !ends[k]).length;
  const free = Math.max(0, width - ends.reduce((sum, one) => sum + one, 0) - gap * (levels.length - 1));
  let x = 0;
  return levels.map(({ kind, count }, k) => {
    const own = ends[k] || free / hidden;
    const placed = ends[k] ? inOneColumn(kind, count, own, room, least, height) : inBlock(kind, count, own, room, least, height);
    const at = { ...placed, x, width: own };
    x += own + gap;
    return at;
  });
}

/** @param {number} count @param {number} room @param {number} least @param {number} most */
const cellOf = (count, room, least, most) => Math.max(least, Math.min(most, Math.floor(room / count)));

/** @param {string} kind @param {number} count @param {number} width @param {number} room @param {number} least @param {number} height */
function inOneColumn(kind, count, width, room, least, height) {
  if (kind === "picture") return { columns: 1, rows: 1, page: 1, cell: width };
  const cell = cellOf(count, room, least, 44);
  const fits = count * cell <= room ? count : Math.max(1, Math.floor((height - PAGING) / least));
  return { columns: 1, rows: Math.min(count, fits), page: fits, cell };
}

/** The largest cells with which all nodes fit, or a page of the smallest. @param {string} kind @param {number} count @param {number} width @param {number} room @param {number} least @param {number} height */
function inBlock(kind, count, width, room, least, height) {
  const most = kind === "tiles" ? 60 : 40;
  for (let cell = most; cell >= least; cell--) {
    const rows = Math.floor(room / cell);
    const columns = Math.ceil(count / Math.max(1, rows));
    if (rows && columns * cell <= width) return { columns, rows: Math.ceil(count / columns), page: count, cell };
  }
  const columns = Math.max(1, Math.floor(width / least));
  const rows = Math.max(1, Math.floor((height - PAGING) / least));
  return { columns, rows, page: columns * rows, cell: least };
}

/**
 * The places that are in view of a level, and where.
 * @param {Level} level @param {Placed} placed @param {number} first The first place in view. @param {number} height
 * @returns {Map<number, Spot>}
 */
export function spotsOf({ kind, count }, { x, width, columns, page, cell }, first, height) {
  if (kind === "picture") return new Map([[0, { x: x + width / 2, y: HEADING + (height - HEADING) / 2, size: width }]]);
  const shown = Math.min(page, count - first);
  const rows = Math.ceil(shown / columns);
  const top = page < count ? PAGING : HEADING;
  const above = top + Math.max(0, (height - top - rows * cell) / 2);
  const left = kind === "names" ? x + (x ? 0 : width - cell) : x + (width - columns * cell) / 2;
  return new Map(Array.from({ length: shown }, (_, k) => [first + k, {
    x: left + ((k % columns) + 0.5) * cell, y: above + (Math.floor(k / columns) + 0.5) * cell, size: cell,
  }]));
}

/** The node of a key of its spot. @param {string} key @returns {Node} */
export function nodeOf(key) {
  const [level, place] = key.split(" ").map(Number);
  return { level, place };
}

/** The nearest spot in a direction. @param {Spot} from @param {Iterable<[string, Spot]>} spots @param {number} dx @param {number} dy */
export function nearest(from, spots, dx, dy) {
  let [best, least] = ["", Infinity];
  for (const [key, { x, y }] of spots) {
    const along = dx ? (x - from.x) * dx : (y - from.y) * dy;
    const across = Math.abs(dx ? y - from.y : x - from.x);
    if (along < 2 || (dy && across > from.size / 2)) continue; // up and down stay in their column
    const far = along + 2 * across;
    if (far < least) [best, least] = [key, far];
  }
  return best;
}
