/** The binary pack of a table: typed arrays, drawn without parsing (layout: api/map/pack.py). */

const KINDS = { float32: Float32Array, uint32: Uint32Array, uint16: Uint16Array, uint8: Uint8Array, int32: Int32Array };

/** A table of the city in the browser. */
export class Pack {
  /**
   * @param {object} header
   * @param {Record<string, Float32Array|Uint32Array|Uint16Array|Uint8Array|Int32Array>} arrays
   */
  constructor(header, arrays) {
    this.header = header;
    this.arrays = arrays;
    this.key = header.key;
    this.count = header.count;
    this.ids = header.ids;
    const offsets = arrays.positions || new Float32Array(0);
    /** Longitude and latitude as doubles: single precision would shift streets by up to 0.8 m. */
    this.lonlat = new Float64Array(offsets.length);
    for (let i = 0; i < offsets.length; i++) this.lonlat[i] = header.origin[i % 2] + offsets[i];
  }

  /**
   * Return a column's value in a row: words of a text column, a number otherwise, null where unknown.
   * @param {string} column
   * @param {number} row
   */
  value(column, row) {
    const index = this.arrays[`${column}_index`];
    if (index) return this.header.text[column][index[row]];
    const numbers = this.arrays[column];
    if (!numbers) return null;
    return Number.isNaN(numbers[row]) ? null : numbers[row];
  }

  /**
   * Return the first and last-plus-one vertex of a row.
   * @param {number} row
   * @returns {[number, number]}
   */
  span(row) {
    const { start_indices: line, shape_first: shape, part_first: part, ring_first: ring } = this.arrays;
    if (line) return [line[row], line[row + 1]];
    if (shape) return [ring[part[shape[row]]], ring[part[shape[row + 1]]]];
    return [row, row + 1];
  }

  /** Return west, south, east and north of every row, four numbers each. */
  boxes() {
    if (this.boxed) return this.boxed;
    this.boxed = new Float32Array(this.count * 4);
    for (let row = 0; row < this.count; row++) {
      const [a, b] = this.span(row);
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let i = a * 2; i < b * 2; i += 2) {
        const [x, y] = [this.lonlat[i], this.lonlat[i + 1]];
        if (x < box[0]) box[0] = x;
        if (y < box[1]) box[1] = y;
        if (x > box[2]) box[2] = x;
        if (y > box[3]) box[3] = y;
      }
      this.boxed.set(box, row * 4);
    }
    return this.boxed;
  }

  /**
   * Return those of some rows that touch a box.
   * @param {Uint32Array} rows @param {number[]} box west, south, east, north
   */
  touching(rows, [west, south, east, north]) {
    const all = this.boxes();
    return rows.filter((row) => {
      const i = row * 4;
      return all[i] <= east && all[i + 1] <= north && all[i + 2] >= west && all[i + 3] >= south;
    });
  }

  /**
   * Return the row of an id, or -1.
   * @param {string} id
   */
  rowOf(id) {
    this.rows ??= new Map(this.ids.map((known, row) => [known, row]));
    return this.rows.get(id) ?? -1;
  }
}

/**
 * Decode a pack.
 * @param {ArrayBuffer} buffer
 * @returns {Pack}
 */
export function decodePack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  if (header.version !== 1) throw new Error(`pack version ${header.version}`);
  const start = 4 + length + ((4 - (length % 4)) % 4);
  const arrays = {};
  for (const [name, spec] of Object.entries(header.arrays)) {
    arrays[name] = new KINDS[spec.dtype](buffer, start + spec.offset, spec.length);
  }
  return new Pack(header, arrays);
}
