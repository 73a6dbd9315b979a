// What a user says about one type of event, as plain JSON: how to recognise its lines, how to take them
// apart, and which fields they have. compile.ts makes it run, check.ts says in words what is wrong with it.

/** How the bits of a packet's number stand: unsigned, signed or float, its bits, little- or big-endian. */
export type NumberLayout =
  | 'u8'
  | 'i8'
  | 'u16le'
  | 'u16be'
  | 'i16le'
  | 'i16be'
  | 'u24le'
  | 'u24be'
  | 'i24le'
  | 'i24be'
  | 'u32le'
  | 'u32be'
  | 'i32le'
  | 'i32be'
  | 'f32le'
  | 'f32be'
  | 'f64le'
  | 'f64be'

/** Which lines a format takes. All that is given must hold; what is left out takes any. */
export interface Recogniser {
  /** source, with `*` for any text and `?` for any one character; default `*` */
  source?: string
  /** decoder packet: node ids, 0…31; default: any */
  nodes?: number[]
  /** the text a line begins with, capitals and small letters told apart; not for packets */
  prefix?: string
}

/** `OK <hdr> <byte> …` and `OKX <hex>` lines of a JeeLink. A field's `from` is a byte offset after the header. */
export interface PacketDecoder {
  kind: 'packet'
  /** fewest bytes after the header; fewer are rejected. Default 0 */
  minBytes?: number
  /** most bytes after the header; more are rejected. Default: any number */
  maxBytes?: number
}

/** JSON text, or a structured event. A field's `from` is a path such as `sensor.temp` or `list[0].value`. */
export interface JsonDecoder {
  kind: 'json'
}

/** `a:1,b:2`, `a=1 b=2` … A field's `from` is the key. */
export interface KeyValuesDecoder {
  kind: 'key-values'
  /** between pairs; a space stands for any run of spaces and tabs. Default `,` */
  pairSeparator?: string
  /** between key and value. Default `:` */
  valueSeparator?: string
}

/** CSV and alike. A field's `from` is a column's number, 0 the first, or its name in `header`. */
export interface ColumnsDecoder {
  kind: 'columns'
  /** one character or more between columns; a space stands for any run of spaces and tabs. Default `,` */
  delimiter?: string
  /** a column may stand in these, doubled inside it; '' for none. Default `"` */
  quote?: string
  /** names of the columns, in order; a line that is this header itself is not taken. Default: none */
  header?: string[]
}

/** A regular expression (RE2: linear time) over the whole line. A field's `from` is a group's name. */
export interface PatternDecoder {
  kind: 'pattern'
  /** the expression, with groups `(?P<name>…)` or `(?<name>…)`; it may match anywhere in the line */
  pattern: string
  /** capitals and small letters are the same. Default false */
  ignoreCase?: boolean
}

export type Decoder = PacketDecoder | JsonDecoder | KeyValuesDecoder | ColumnsDecoder | PatternDecoder

export type DecoderKind = Decoder['kind']

export type FieldType = 'number' | 'integer' | 'boolean' | 'string' | 'time'

/** How a time is written: ISO 8601, seconds or milliseconds since 1970 UTC, or whichever of these it looks like. */
export type TimeFormat = 'auto' | 'iso' | 's' | 'ms'

/** One field of a format, in the order in which `data` shows them. */
export interface FieldDefinition {
  /** its name in `data`: a letter or `_`, then letters, digits, `_` */
  name: string
  /** where it comes from, by decoder: byte offset (or `node`, `header`, `group`, `rssi`, `length`), path, key, column, group; not with `computed`. Default: its name */
  from?: string | number
  /** decoder packet: the number that stands at the offset. Default `u8` */
  read?: NumberLayout
  /** decoder packet: the lowest bit to take, 0 the least significant; only with `bits` */
  bit?: number
  /** decoder packet: how many bits to take from `bit` on */
  bits?: number
  /** decoder packet: those bits are a signed number (two's complement). Default false */
  signed?: boolean
  /** a computed value instead of one from the line: a CEL expression over the other fields */
  computed?: string
  /** the field is there only when this CEL expression over the fields is true */
  when?: string
  type: FieldType
  /** type time: how it is written. Default `auto` */
  time?: TimeFormat
  /** shown with the value; changes nothing */
  unit?: string
  /** types number and integer: the value is multiplied by this, a number or a fraction such as `100/255`. Default 1 */
  scale?: number | string
  /** types number and integer: added after the scale, in `unit`. Default 0 */
  offset?: number
  /** type number: rounded to so many decimals, 0…15, halves away from zero. Default: not rounded */
  decimals?: number
  /** least plausible value, in `unit`: not a reject, but a predicate of label by default */
  min?: number
  /** greatest plausible value, in `unit`: likewise */
  max?: number
  /** the plausible values: likewise */
  allowed?: Array<number | string | boolean>
  /** a line without it is rejected. Default false */
  required?: boolean
  /** stands in where the line has no such value (not where `when` is false) */
  default?: number | string | boolean
  /** for the other fields' expressions only: it does not stand in `data`. Default false */
  hidden?: boolean
}

/** One type of event. */
export interface FormatDefinition {
  /** the event's type, as in topics: [A-Za-z0-9._-]+ */
  type: string
  /** a title for people. Default: the type */
  name?: string
  takes?: Recogniser
  decoder: Decoder
  fields: FieldDefinition[]
  /** fields that tell apart the things measured where one source has several of them (hidden ones too) */
  key?: string[]
  /** the field, of type time, that holds the device's own time. Default: the event's time is when it was received */
  time?: string
}
