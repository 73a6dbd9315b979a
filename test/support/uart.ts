// What a serial port hears where it is set to another speed than the device: bit by bit, 8N1, as a UART samples them.

/**
 * @param sent bytes that the device sends without a pause
 * @param sentAt its bits a second
 * @param heardAt the port's
 */
export function heard(sent: Buffer, sentAt: number, heardAt: number): Buffer {
  if (sentAt === heardAt) return Buffer.from(sent)
  const bitsSent = sent.length * 10
  /** the level of the line at a moment, in the device's bits */
  const level = (moment: number) => {
    const bit = Math.floor(moment)
    if (bit < 0 || bit >= bitsSent) return 1
    const place = bit % 10
    if (place === 0) return 0
    return place === 9 ? 1 : ((sent[Math.floor(bit / 10)] as number) >> (place - 1)) & 1
  }
  const step = sentAt / heardAt
  const bytes: number[] = []
  for (let now = 0; now < bitsSent; ) {
    // a byte begins where the line falls, which it only does between two of the device's bits
    if (level(now) === 1) {
      now = Math.floor(now) + 1
      continue
    }
    let byte = 0
    for (let place = 0; place < 8; place++) byte |= level(now + step * (place + 1.5)) << place
    bytes.push(byte)
    now += step * 9.5
    // the line stays low where the stop bit is missing: the next byte begins when it was high
    while (level(now) === 0 && now < bitsSent) now = Math.floor(now) + 1
  }
  return Buffer.from(bytes)
}
