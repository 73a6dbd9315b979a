// How numbers stand in bytes: width, sign, order of the bytes.
import type { NumberLayout } from '../model/definition.ts'

export interface Layout {
  bytes: number
  /** a whole number: bit fields may be taken from it, from signed ones too */
  integer: boolean
  read(view: DataView, at: number): number
}

/**
 * The orders of bytes are named by letters as the manuals of Modbus devices do, `a` the most significant byte: `abcd`
 * is big-endian (be), `dcba` little-endian (le), `cdab` has its words swapped, `badc` the bytes of each word.
 */
export const layouts: Readonly<Record<NumberLayout, Layout>> = {
  u8: integer(1, (view, at) => view.getUint8(at)),
  i8: integer(1, (view, at) => view.getInt8(at)),
  u16le: integer(2, (view, at) => view.getUint16(at, true)),
  u16be: integer(2, (view, at) => view.getUint16(at)),
  i16le: integer(2, (view, at) => view.getInt16(at, true)),
  i16be: integer(2, (view, at) => view.getInt16(at)),
  u24le: integer(3, (view, at) => view.getUint16(at, true) + view.getUint8(at + 2) * 0x10000),
  u24be: integer(3, (view, at) => view.getUint8(at) * 0x10000 + view.getUint16(at + 1)),
  i24le: integer(3, (view, at) => view.getUint16(at, true) + view.getInt8(at + 2) * 0x10000),
  i24be: integer(3, (view, at) => view.getInt8(at) * 0x10000 + view.getUint16(at + 1)),
  u32le: integer(4, (view, at) => view.getUint32(at, true)),
  u32be: integer(4, (view, at) => view.getUint32(at)),
  u32cdab: integer(4, (view, at) => reordered(view, at, cdab).getUint32(0)),
  u32badc: integer(4, (view, at) => reordered(view, at, badc).getUint32(0)),
  i32le: integer(4, (view, at) => view.getInt32(at, true)),
  i32be: integer(4, (view, at) => view.getInt32(at)),
  i32cdab: integer(4, (view, at) => reordered(view, at, cdab).getInt32(0)),
  i32badc: integer(4, (view, at) => reordered(view, at, badc).getInt32(0)),
  u48le: integer(6, (view, at) => view.getUint32(at, true) + view.getUint16(at + 4, true) * 2 ** 32),
  u48be: integer(6, (view, at) => view.getUint16(at) * 2 ** 32 + view.getUint32(at + 2)),
  f32le: float(4, (view, at) => view.getFloat32(at, true)),
  f32be: float(4, (view, at) => view.getFloat32(at)),
  f32cdab: float(4, (view, at) => reordered(view, at, cdab).getFloat32(0)),
  f32badc: float(4, (view, at) => reordered(view, at, badc).getFloat32(0)),
  f64le: float(8, (view, at) => view.getFloat64(at, true)),
  f64be: float(8, (view, at) => view.getFloat64(at)),
  f64ghefcdab: float(8, (view, at) => reordered(view, at, ghefcdab).getFloat64(0)),
  f64badcfehg: float(8, (view, at) => reordered(view, at, badcfehg).getFloat64(0)),
}

/** for each byte of the big-endian number where it stands */
const cdab = [2, 3, 0, 1]
const badc = [1, 0, 3, 2]
const ghefcdab = [6, 7, 4, 5, 2, 3, 0, 1]
const badcfehg = [1, 0, 3, 2, 5, 4, 7, 6]

const scratch = new DataView(new ArrayBuffer(8))

/** The bytes in big-endian order; used again by the next call. */
function reordered(view: DataView, at: number, places: readonly number[]): DataView {
  for (const [i, place] of places.entries()) scratch.setUint8(i, view.getUint8(at + place))
  return scratch
}

function integer(bytes: number, read: Layout['read']): Layout {
  return { bytes, integer: true, read }
}

function float(bytes: number, read: Layout['read']): Layout {
  return { bytes, integer: false, read }
}
