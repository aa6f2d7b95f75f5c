/** Predictions as they are read, in file order; grows as needed. 44 bytes a prediction. */
export class PredictionTable {
  #capacity = 1 << 12;
  #count = 0;
  #image = new Int32Array(this.#capacity);
  #category = new Int32Array(this.#capacity);
  #boxes = new Float64Array(4 * this.#capacity);
  #scores = new Float64Array(this.#capacity);

  get count(): number {
    return this.#count;
  }

  /** image: index into the dataset's images; categoryId: row id. Box in xywh pixels. */
  add(
    image: number,
    categoryId: number,
    box: readonly [number, number, number, number],
    score: number,
  ): void {
    if (this.#count === this.#capacity) this.#grow();
    const at = this.#count;
    this.#image[at] = image;
    this.#category[at] = categoryId;
    this.#boxes.set(box, 4 * at);
    this.#scores[at] = score;
    this.#count += 1;
  }

  /** Calls back once for each image that has predictions, ascending by index; file order is kept within an image. */
  forEachImage(
    imageCount: number,
    visit: (
      image: number,
      packed: { boxes: Float64Array; scores: Float64Array; categoryIds: Int32Array },
    ) => void,
  ): void {
    const order = this.#orderByImage(imageCount);
    let from = 0;
    while (from < this.#count) {
      const image = this.#image[order[from]!]!;
      let to = from + 1;
      while (to < this.#count && this.#image[order[to]!] === image) to += 1;
      visit(image, this.#gather(order.subarray(from, to)));
      from = to;
    }
  }

  /** Row numbers, stably sorted by image: a counting sort. */
  #orderByImage(imageCount: number): Int32Array {
    const start = new Int32Array(imageCount + 1);
    for (let at = 0; at < this.#count; at += 1) start[this.#image[at]! + 1]! += 1;
    for (let image = 0; image < imageCount; image += 1) start[image + 1]! += start[image]!;
    const order = new Int32Array(this.#count);
    for (let at = 0; at < this.#count; at += 1) {
      const image = this.#image[at]!;
      order[start[image]!] = at;
      start[image]! += 1;
    }
    return order;
  }

  #gather(rows: Int32Array) {
    const boxes = new Float64Array(4 * rows.length);
    const scores = new Float64Array(rows.length);
    const categoryIds = new Int32Array(rows.length);
    for (const [to, from] of rows.entries()) {
      boxes.set(this.#boxes.subarray(4 * from, 4 * from + 4), 4 * to);
      scores[to] = this.#scores[from]!;
      categoryIds[to] = this.#category[from]!;
    }
    return { boxes, scores, categoryIds };
  }

  #grow(): void {
    this.#capacity *= 2;
    const wider = <Column extends Int32Array | Float64Array>(to: Column, from: Column): Column => {
      to.set(from);
      return to;
    };
    this.#image = wider(new Int32Array(this.#capacity), this.#image);
    this.#category = wider(new Int32Array(this.#capacity), this.#category);
    this.#boxes = wider(new Float64Array(4 * this.#capacity), this.#boxes);
    this.#scores = wider(new Float64Array(this.#capacity), this.#scores);
  }
}
