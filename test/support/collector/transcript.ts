// What a collector of 16 Mbit says, from an empty chip on: one session, step by step. It was worked out from the
// firmware's source, not recorded from a device. Lines without meaning for the flash (banner, echo) are left out.

export type TranscriptStep = { readonly lines: readonly string[] } & (
  | { readonly does: 'reset' }
  /** s since the last reset */
  | { readonly does: 'packet'; readonly t: number; readonly ok: readonly number[] }
  /** ms since the last reset; `cutAfter`: a byte comes when that many `R` lines have left */
  | { readonly does: 'replay'; readonly ms: number; readonly command: string; readonly cutAfter?: number }
  | { readonly does: 'damage'; readonly page: number }
)

/** The bytes of page 512 up to its unused ones, and those after them (seq, t, crc). */
export const page512 = {
  begins: '000c040176b60003090cd50b44eb975a630658c68859',
  ends: '01000a00000050e6',
  crc: 58_960,
}

const packet = (t: number, ok: readonly number[], ...flash: string[]): TranscriptStep => ({
  does: 'packet',
  t,
  ok,
  lines: [`OK ${ok.join(' ')}`, ...flash],
})

const page512Lines = [
  'R 1 10 12 1 118 182 0',
  'R 1 13 9 213 11 68 235 151 90 99 6 88 198 136 89',
  'DF R 512 1 10',
]
const page513Lines = ['R 1 265 3 177 209 16 0', 'DF R 513 1 265']
const page514Lines = ['R 1 521 12 1 118 182 0', 'DF R 514 1 521']
const page515Lines = ['R 3 802 12 3 118 182 0', 'DF R 515 3 802']
const page516Lines = ['R 4 5 5 9 9', 'DF R 516 4 5']
const page517Lines = ['R 4 300 5 8 8', 'DF R 517 4 300']

export const transcript: readonly TranscriptStep[] = [
  { does: 'reset', lines: ['DF I 7935 0'] },
  packet(10, [12, 1, 118, 182, 0]),
  packet(13, [9, 213, 11, 68, 235, 151, 90, 99, 6, 88, 198, 136, 89]),
  packet(265, [3, 177, 209, 16, 0], 'DF S 512 1 10', 'DF E 768'),
  packet(521, [12, 1, 118, 182, 0], 'DF S 513 1 265'),
  packet(777, [12, 2, 118, 182, 0], 'DF S 514 1 521'),
  {
    does: 'replay',
    ms: 800_123,
    command: '0,1,0,0,0,10r',
    lines: ['r: page 512 514', ...page513Lines, ...page514Lines, 'DF E 514 2 800123'],
  },
  {
    does: 'replay',
    ms: 801_000,
    command: '0,1,0,0,1,9r',
    lines: ['r: page 513 514', ...page514Lines, 'DF E 514 3 801000'],
  },
  packet(802, [12, 3, 118, 182, 0]),
  packet(1100, [12, 4, 118, 182, 0], 'DF S 515 3 802'),
  { does: 'reset', lines: ['DF I 515 4'] },
  packet(5, [5, 9, 9]),
  packet(300, [5, 8, 8], 'DF S 516 4 5'),
  packet(600, [5, 7, 7], 'DF S 517 4 300'),
  {
    // the time is before the first page of seq 4: that page is taken for the marker, and does not come
    does: 'replay',
    ms: 700_000,
    command: '0,4,0,0,0,0r',
    lines: ['r: page 516 517', ...page517Lines, 'DF E 517 5 700000'],
  },
  {
    // the time is after the last page of seq 3
    does: 'replay',
    ms: 700_500,
    command: '0,3,0,1,134,159r',
    lines: ['r: page 515 517', ...page516Lines, ...page517Lines, 'DF E 517 6 700500'],
  },
  {
    // no page has seq 0: the lowest one counts, and its first page does not come
    does: 'replay',
    ms: 701_000,
    command: '0,0,0,0,0,0r',
    lines: [
      'r: page 512 517',
      ...page513Lines,
      ...page514Lines,
      ...page515Lines,
      ...page516Lines,
      ...page517Lines,
      'DF E 517 7 701000',
    ],
  },
  {
    // no page has such a seq or a higher one: everything comes
    does: 'replay',
    ms: 702_000,
    command: '255,255,0,0,0,0r',
    lines: [
      'r: page 0 517',
      ...page512Lines,
      ...page513Lines,
      ...page514Lines,
      ...page515Lines,
      ...page516Lines,
      ...page517Lines,
      'DF E 517 8 702000',
    ],
  },
  {
    // page 515 is said to be whole although nothing of it came
    does: 'replay',
    ms: 703_000,
    command: '0,1,0,0,0,10r',
    cutAfter: 2,
    lines: ['r: page 512 517', ...page513Lines, ...page514Lines, 'DF R 515 3 802', 'DF E 517 9 703000'],
  },
  { does: 'damage', page: 513, lines: [] },
  {
    does: 'replay',
    ms: 704_000,
    command: '0,1,0,0,0,10r',
    lines: [
      'r: page 512 517',
      'DF C? 513 64705',
      ...page514Lines,
      ...page515Lines,
      ...page516Lines,
      ...page517Lines,
      'DF E 517 10 704000',
    ],
  },
]
