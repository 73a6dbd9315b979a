// What random histories have found: each of these went wrong once, and is looked at in each run.
import type { Action } from './acts.ts'
import type { HouseOptions } from './house.ts'

export const found: ReadonlyArray<{ what: string; house: HouseOptions; actions: Action[] }> = [
  {
    what: 'the log went round, and the page that was due has its number still',
    house: {
      geometry: { first: 32, limit: 64, block: 16 },
      rate: 1.000017,
      settings: { longest: 8640000000 },
    },
    actions: [
      { does: 'away', ms: 155970501, every: 98923, resetAfter: 224136340 },
      { does: 'reset' },
      { does: 'cut', after: 2231 },
      { does: 'live', count: 7, every: 89716 },
      { does: 'twins' },
      { does: 'live', count: 68, every: 73217 },
      { does: 'away', ms: 4229108, every: 66539, resetAfter: 76102164 },
      { does: 'away', ms: 5885461, every: 349661, resetAfter: 1627628 },
    ],
  },
  {
    what: 'a replay went on after the gateway was killed, and raised the seq unseen',
    house: {
      geometry: { first: 32, limit: 1792, block: 16 },
      rate: 1.000017,
      settings: { longest: 8640000000 },
    },
    actions: [
      { does: 'away', ms: 259199992, every: 187288, resetAfter: 4 },
      { does: 'die', lines: 186, ms: 86412 },
      { does: 'away', ms: 75207869, every: 354081, resetAfter: 16634340 },
      { does: 'live', count: 79, every: 89835 },
      { does: 'live', count: 0, every: 80488 },
      { does: 'twins' },
      { does: 'twins' },
      { does: 'die', lines: 116, ms: 48732 },
    ],
  },
  {
    what: 'an empty chip was started, and another start was seen before its pages',
    house: { geometry: { first: 32, limit: 1792, block: 16 }, rate: 1, settings: { longest: 8640000000 } },
    actions: [
      { does: 'twins' },
      { does: 'reset' },
      { does: 'away', ms: 4677336, every: 301224, resetAfter: 111433558 },
      { does: 'reset' },
      { does: 'twins' },
    ],
  },
  {
    what: 'a replay whose end nobody saw raised the seq long before the next look',
    house: { geometry: { first: 32, limit: 1792, block: 16 }, rate: 1, settings: { longest: 8640000000 } },
    actions: [
      { does: 'away', ms: 138846280, every: 195842, resetAfter: 240348447 },
      { does: 'twins' },
      { does: 'away', ms: 257646137, every: 505342, resetAfter: 206489919 },
      { does: 'cut', after: 109 },
      { does: 'live', count: 127, every: 24335 },
    ],
  },
  {
    what: 'a page with the number of the one that was due belongs to a later boot',
    house: {
      geometry: { first: 48, limit: 144, block: 16 },
      rate: 1.000017,
      settings: { longest: 8640000000 },
    },
    actions: [
      { does: 'away', ms: 2858511, every: 283025, resetAfter: 145979707 },
      { does: 'live', count: 185, every: 78890 },
      { does: 'away', ms: 191737139, every: 444412, resetAfter: 38737221 },
    ],
  },
  {
    what: 'such a page came, and the collector was reset in its answer',
    house: {
      geometry: { first: 48, limit: 144, block: 16 },
      rate: 0.999983,
      settings: { longest: 8640000000 },
    },
    actions: [
      { does: 'away', ms: 1675460, every: 188098, resetAfter: undefined },
      { does: 'away', ms: 852682, every: 327228, resetAfter: 236765981 },
      { does: 'live', count: 127, every: 101287 },
      { does: 'away', ms: 124857042, every: 577403, resetAfter: 12759343 },
      { does: 'resetAsking', after: 3783 },
    ],
  },
  {
    what: 'a replay went on unseen right after a start',
    house: {
      geometry: { first: 512, limit: 7936, block: 256 },
      rate: 0.999983,
      settings: { longest: 8640000000 },
    },
    actions: [
      { does: 'away', ms: 224958592, every: 172957, resetAfter: 129416990 },
      { does: 'reset' },
      { does: 'cut', after: 3236 },
      { does: 'corrupt', back: 7 },
      { does: 'away', ms: 13616692, every: 397830, resetAfter: 113298470 },
      { does: 'away', ms: 183853147, every: 547813, resetAfter: 180331913 },
      { does: 'twins' },
    ],
  },
  {
    what: 'a reset in an answer and an unseen one later gave the same seqs to three boots',
    house: { geometry: { first: 512, limit: 7936, block: 256 }, rate: 1, settings: { longest: 8640000000 } },
    actions: [
      { does: 'live', count: 5, every: 31424 },
      { does: 'corrupt', back: 11 },
      { does: 'away', ms: 246667960, every: 168862, resetAfter: 29693434 },
      { does: 'resetAsking', after: 847 },
      { does: 'away', ms: 240193746, every: 530830, resetAfter: 237578063 },
    ],
  },
]
