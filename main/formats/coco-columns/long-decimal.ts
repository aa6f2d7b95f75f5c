/** Decimal numbers of 16 to 22 digits, rounded correctly without going through text. */

/** Dekker's constant: splits a double into two halves of 26 bits. */
const SPLITTER = 2 ** 27 + 1;

/** Bounds on the relative errors of the quotient's two parts; generous by some bits. */
const LEADING_ERROR = 2 ** -98;
const TRAILING_ERROR = 2 ** -48;

/**
 * (high * scale + low) / power to the nearest double; NaN where this way cannot tell which of two is nearer. All
 * arguments are whole doubles, high below 10^15, scale a power of ten up to 10^7, low below scale, power up to 10^22.
 *
 * Numerator and quotient are sums of two doubles. The true quotient lies within a tiny bound of the computed one, and
 * rounding keeps order: where both ends of that interval round to one double, so does the quotient.
 */
export function divideLong(high: number, scale: number, low: number, power: number): number {
  const product = high * scale;
  const productRest = productError(high, scale, product);
  const sum = product + low;
  const sumRest = low - (sum - product) + productRest;
  const quotient = sum / power;
  const back = quotient * power;
  const rest = (sum - back - productError(quotient, power, back) + sumRest) / power;
  const error = quotient * LEADING_ERROR + Math.abs(rest) * TRAILING_ERROR;
  const lowest = quotient + (rest - error);
  return lowest === quotient + (rest + error) ? lowest : NaN;
}

/** a * b - product, exactly, where product is a * b rounded. */
function productError(a: number, b: number, product: number): number {
  const aSplit = SPLITTER * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = SPLITTER * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
