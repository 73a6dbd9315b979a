// How often the journal is written, as a user sets it: in the journal's panel and in the environment alike.
import { number, wholeNumber } from '../../options/fields.ts'

export const bufferFields = {
  bufferSize: wholeNumber({
    title: 'buffer size',
    description: 'Events at which they are written to disk.',
    unit: 'events',
    min: 1,
    max: 100_000,
    default: 100,
    env: true,
  }),
  flushInterval: number({
    title: 'flush interval',
    description:
      'After this time events are written even if the buffer is not full; 0: as soon as the disk is free.',
    unit: 'seconds',
    min: 0,
    max: 3600,
    default: 1,
    env: true,
  }),
}
