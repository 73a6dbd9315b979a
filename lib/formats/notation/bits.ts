// Parts of whole numbers: bit fields, signs, and digits packed into half bytes (BCD).

/** How the highest bit of a field's bits counts: `true` two's complement, `magnitude` the sign of the bits below it. */
export type Sign = boolean | 'magnitude'

/** Bits `bit` … `bit + bits - 1` of a whole number that a double holds exactly; 53 bits at most. */
export function bitField(bit: number, bits: number, sign: Sign): (value: number) => number {
  if (bit + bits > 32) return wideField(bit, bits, sign)
  const left = 32 - bits - bit
  const right = 32 - bits
  if (sign === true) return (value) => (value << left) >> right
  if (sign === false) return (value) => (value << left) >>> right
  return (value) => withMagnitude((value << left) >>> right, bits)
}

/** The same beyond the 32 bits that JavaScript's bit operators have. */
function wideField(bit: number, bits: number, sign: Sign): (value: number) => number {
  const lowest = 2 ** bit
  const range = 2 ** bits
  return (value) => {
    const shifted = Math.floor(value / lowest)
    const found = shifted - Math.floor(shifted / range) * range
    if (sign === 'magnitude') return withMagnitude(found, bits)
    return sign && found >= range / 2 ? found - range : found
  }
}

function withMagnitude(value: number, bits: number): number {
  const sign = 2 ** (bits - 1)
  return value < sign ? value : sign - value
}

/** The decimal number whose digits are a number's hexadecimal ones: 0x1234 is 1234; undefined where one is above 9. */
export function fromBcd(value: number): number | undefined {
  let result = 0
  let place = 1
  for (let rest = value; rest > 0; rest = Math.floor(rest / 16)) {
    const digit = rest % 16
    if (digit > 9) return undefined
    result += digit * place
    place *= 10
  }
  return result
}

/** A number of so many hexadecimal digits with their order reversed: 0x531 of 3 digits is 0x135. */
export function reverseDigits(value: number, digits: number): number {
  let result = 0
  let rest = value
  for (let i = 0; i < digits; i++) {
    result = result * 16 + (rest % 16)
    rest = Math.floor(rest / 16)
  }
  return result
}
