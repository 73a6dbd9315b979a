// What a user says about one type of event, as plain JSON: how to recognise its lines, how to take them
// apart, and which fields they have. compile.ts makes it run, check.ts says in words what is wrong with it.

/** How the bits of a number stand in bytes: unsigned, signed or float, its bits, the order of its bytes (`layouts` says more). */
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
  | 'u32cdab'
  | 'u32badc'
  | 'i32le'
  | 'i32be'
  | 'i32cdab'
  | 'i32badc'
  | 'u48le'
  | 'u48be'
  | 'f32le'
  | 'f32be'
  | 'f32cdab'
  | 'f32badc'
  | 'f64le'
  | 'f64be'
  | 'f64ghefcdab'
  | 'f64badcfehg'

/** Which lines a format takes. All that is given must hold; what is left out takes any. */
export interface Recogniser {
  /** source, with `*` for any text and `?` for any one character; default `*` */
  source?: string
  /** decoder packet: node ids, 0…31; default: any */
  nodes?: number[]
  /** the text a line begins with, capitals and small letters told apart; not for packets */
  prefix?: string
  /** the prefix is a whole word: no letter, digit or `_` stands right behind it. Default false */
  word?: boolean
  /** decoders packet and datacodes: fewest and most bytes after the header. Default: any, and the decoder rejects */
  bytes?: [least: number, most: number]
  /** decoder columns: fewest and most columns. Default: any number */
  columns?: [least: number, most: number]
  /** what the line must hold; one that cannot be taken apart is not taken, either. Default: nothing */
  where?: Condition[]
  /** only lines whose `check` holds. Default false: where it fails, the line is rejected */
  checked?: boolean
}

/** What stands at one place of a line. Exactly one of `is` and `matches` is given. */
export interface Condition {
  /** the place, as in a field's `from` */
  from: string | number
  /** it is one of these, compared as texts */
  is?: Array<string | number | boolean>
  /** a regular expression (RE2) that its text matches */
  matches?: string
}

/**
 * Lines of one source that make one event. The journal keeps the lines as they came. A frame of the port that has line
 * ends within it is a record of its own.
 */
export interface RecordDefinition {
  /** a regular expression (RE2) that the first line matches, and no other */
  start: string
  /** that the last line matches; `^$` for an empty line, which the port must log then. Default: the record goes on until its start comes again */
  end?: string
  /** a record with more lines is rejected. Default 100 */
  maxLines?: number
  /** from the first line to the last, as they were received; a longer record is rejected. Default 10 */
  seconds?: number
  /** how the device ends its lines: the journal does not keep it, and the check may count it. Default CR LF */
  lineEnd?: '\r\n' | '\n' | '\r'
  /** behind so many lines the device sends an empty one, which the check counts: put in where the port has not logged it. Default: none */
  emptyAfter?: number
}

/** How a checksum is worked out; the names that have one are those of the catalogue of parametrised CRC algorithms. */
export type CheckKind =
  | 'xor8'
  | 'sum8'
  | 'lrc'
  | 'sum16'
  | 'crc8'
  | 'crc8-maxim'
  | 'crc16-arc'
  | 'crc16-modbus'
  | 'crc16-ccitt'
  | 'crc16-xmodem'
  | 'crc32'

/** How a checksum is written: `bytes` most significant first, `bytes-le` least first, `six-bits` the low six bits + 0x20 as one character. */
export type CheckWritten = 'hex' | 'decimal' | 'bytes' | 'bytes-le' | 'six-bits'

/**
 * A checksum that a line or record carries. Places are texts or byte offsets (0 the first, -1 the last); the checksum's
 * own bytes never count.
 */
export interface CheckDefinition {
  kind: CheckKind
  /** the range begins behind the first place of this text, or at this offset. Default: at the beginning */
  from?: string | number
  /** it ends in front of the last place of this text, or of the byte at this offset. Default: at the end */
  to?: string | number
  /** these texts count, too. Default: neither */
  marks?: 'from' | 'to' | 'both'
  /** the range is text of hex digits, whose bytes count (Modbus ASCII). Default false */
  hexed?: boolean
  /** the checksum stands behind the last place of this text, or at this offset. Default: behind `to` where that is a text, else at the end */
  at?: string | number
  /** Default `hex` */
  written?: CheckWritten
  /** each line of a record has one of its own. Default false: the whole has one */
  eachLine?: boolean
  /** where nothing stands at its place, nothing is checked. Default false: that is rejected */
  optional?: boolean
}

/** `OK <hdr> <byte> …` and `OKX <hex>` lines of a JeeLink. A field's `from` is a byte offset after the header. */
export interface PacketDecoder {
  kind: 'packet'
  /** fewest bytes after the header; fewer are rejected. Default 0 */
  minBytes?: number
  /** most bytes after the header; more are rejected. Default: any number */
  maxBytes?: number
  /** the packet is made of parts, each of which is an event of its own. Default: it is one event */
  parts?: PacketParts
}

/** How a packet is cut into parts. A field's byte offset counts from its part's first byte. */
export interface PacketParts {
  /** byte offset of the first part. Default 0 */
  from?: number
  /** bytes of each part, 1 or more; or where in its first byte the number of the bytes after that one stands */
  size: number | { bit: number; bits: number }
}

/** `OK <hdr> <byte> …` packets that are numbers one after another, little-endian. A field's `from` is a number's place, 0 the first. */
export interface DatacodesDecoder {
  kind: 'datacodes'
  /** a letter for each number, as Python's struct has them: b B h H i I l L q Q f d, x for a byte to skip; and v for one in base 128, whose last byte has its high bit set; with commas or without */
  codes: string
}

/**
 * Bytes that are no JeeLink's: binary frames, and lines that write bytes as text. A field's `from` is a byte offset, 0 the
 * first; `length`, `part`; or a group of `pattern`, or a path where `path` is given.
 */
export interface BytesDecoder {
  kind: 'bytes'
  /** the frame itself, hexadecimal digits, or Base64. Default `raw` */
  written?: 'raw' | 'hex' | 'base64'
  /** hex and base64: a regular expression (RE2) whose group `bytes` is that text. Default: the whole line, without the prefix */
  pattern?: string
  /** hex and base64: path of that text in a JSON line or a structured event, instead of a pattern */
  path?: string
  /** the first bytes in hexadecimal digits, `42 4D`: others are not taken. Default: any */
  start?: string
  /** fewest bytes; fewer are rejected. Default 0 */
  minBytes?: number
  /** most bytes; more are rejected. Default: any number */
  maxBytes?: number
  /** the bytes are made of parts, each of which is an event of its own. Default: they are one event */
  parts?: PacketParts
}

/** JSON text, or a structured event. A field's `from` is a path such as `sensor.temp` or `list[0].value`. */
export interface JsonDecoder {
  kind: 'json'
  /** path of a list whose items are an event each; paths of fields then begin at the item. Default: one event */
  each?: string
  /**
   * takes what devices mean: NaN, -nan and Infinity as no value, single quotes, names without quotes, commas too many,
   * several objects in a line, each of which is an event. Default false: JSON alone
   */
  lenient?: boolean
}

/** `Name: key=value; key=value; Name: value; value` … A field's `from` is a path: `Line.Current`, `Peaks[0]`. */
export interface SectionsDecoder {
  kind: 'sections'
}

/** `Stored Event: {'eventId': 1, 'timestamp': …, 'data': {…}}` as MicroPython prints it. A field's `from` is a path in `data`, or `timestamp`. */
export interface StoredEventDecoder {
  kind: 'stored-event'
}

/** `a:1,b:2`, `a=1 b=2` … A field's `from` is the key. */
export interface KeyValuesDecoder {
  kind: 'key-values'
  /** between pairs; a space stands for any run of spaces and tabs. Default `,`; in a record each line is a pair */
  pairSeparator?: string
  /** between key and value. Default `:` */
  valueSeparator?: string
  /** a value may stand in these, doubled inside it; separators in there are text. Default: none */
  quote?: string
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
  /** lines with the names of columns may come among the others, and set the columns of the lines behind them. Default false */
  headers?: boolean
}

/**
 * Values behind a tag, a line each: `1-0:1.8.1(009418.807*kWh)`, `V<tab>52590`, `PAPP 00750 -`. A field's `from` is the
 * tag, or `tag[1]` for its second value, `tag[-1]` for its last.
 */
export interface TaggedDecoder {
  kind: 'tagged'
  /** between tag and values; a space stands for any run of spaces and tabs. `(`: each value in brackets, and a line that begins with one goes on with the tag before. Default `(` */
  valueSeparator?: string
}

/** A regular expression (RE2: linear time) over the whole line. A field's `from` is a group's name. */
export interface PatternDecoder {
  kind: 'pattern'
  /** the expression, with groups `(?P<name>…)` or `(?<name>…)`; it may match anywhere in the line */
  pattern: string
  /** capitals and small letters are the same. Default false */
  ignoreCase?: boolean
}

export type Decoder =
  | PacketDecoder
  | DatacodesDecoder
  | BytesDecoder
  | JsonDecoder
  | KeyValuesDecoder
  | ColumnsDecoder
  | TaggedDecoder
  | PatternDecoder
  | SectionsDecoder
  | StoredEventDecoder

export type DecoderKind = Decoder['kind']

/** The decoders of JeeLink's packets; the others take any line. */
export function isPacketKind(kind: DecoderKind): boolean {
  return kind === 'packet' || kind === 'datacodes'
}

/** The decoders whose fields stand at byte offsets. */
export function hasOffsets(kind: DecoderKind): boolean {
  return kind === 'packet' || kind === 'bytes'
}

export type FieldType = 'number' | 'integer' | 'boolean' | 'string' | 'time'

/**
 * How a time is written: ISO 8601 or the date of HTTP, seconds or milliseconds since 1970 UTC, by a pattern, or (`auto`) one of the first two or a bare
 * number of any of these that gives a time from 1970 to 2099: `parseTime` says how.
 */
export type TimeFormat = 'auto' | 'iso' | 's' | 'ms' | 'pattern'

/** What is between a number's whole part and its fraction; `any`: whichever of the two comes once. */
export type DecimalMark = '.' | ',' | 'any'

/** How the digits of a whole number are to be read: `bcd` half bytes that are a decimal digit each. */
export type Notation = 'decimal' | 'hex' | 'binary' | 'bcd'

/** By how much another field, a counter, has gone up since the last event of the same source and key. */
export interface CounterDifference {
  /** the counter's field, of type number or integer */
  of: string
  /** where it begins again at 0: 65536, 838860.8. Default: it does not; what is less than before was set back */
  modulus?: number
  /** the greatest difference that can be; beyond it the counter was set back. Default: half the modulus over a wrap, else any */
  most?: number
}

export type Charset = 'utf-8' | 'latin-1' | 'cp437'

/** How a device writes that it has no value, its numbers and its times: for a whole format, or for one field. */
export interface Spelling {
  /** values that mean "none", as the line has them: `-999`, `NaN`, `N/A`; texts whatever their case. Default: blank alone, where the type is not `string` */
  nulls?: Array<string | number>
  /** texts of numbers. Default `.` */
  decimal?: DecimalMark
  /** between groups of digits in texts of numbers: `,` `.` `'` `_` or a space of any width. Default: none */
  thousands?: string
  /** times without a zone are local ones of this IANA time zone (`Europe/Berlin`). Default: they are UTC */
  zone?: string
}

/** One field of a format, in the order in which `data` shows them. */
export interface FieldDefinition extends Spelling {
  /** its name in `data`: a letter or `_`, then letters, digits, `_` */
  name: string
  /** where it comes from, by decoder: byte offset (or `node`, `header`, `group`, `rssi`, `length`, `part`, `hex`), path, key, column, group; not with `computed`. Default: its name */
  from?: string | number
  /** other places, looked at in order where the first has nothing: the same key in another spelling */
  also?: Array<string | number>
  /** decoders packet and bytes with parts: the byte offset counts from the packet's first byte, not the part's. Default false */
  whole?: boolean
  /** decoders packet and bytes: the number that stands at the offset. Default `u8` */
  read?: NumberLayout
  /** how the digits of a text, or the half bytes of a number, are to be read: `0062` is 98 in `hex`. Default `decimal` */
  notation?: Notation
  /** those digits stand in the reverse order, the least significant first. Default false */
  reversed?: boolean
  /** the lowest bit to take of a whole number, 0 the least significant; only with `bits` */
  bit?: number
  /** how many bits to take from `bit` on */
  bits?: number
  /** those bits are a signed number: `true` two's complement, `magnitude` the sign before the size. Default false */
  signed?: boolean | 'magnitude'
  /** a computed value instead of one from the line: a CEL expression over the other fields */
  computed?: string
  /** another computed value: the difference of a counter */
  difference?: CounterDifference
  /** the field is there only when this CEL expression over the fields is true */
  when?: string
  type: FieldType
  /** type time: how it is written. One that fails is missing, unless the field is required. Default `auto` */
  time?: TimeFormat
  /**
   * time `pattern`: YYYY YY MM DD HH mm ss SSS (fraction of a second, one S a digit) Z (zone) SW (S in summer time, W else);
   * all else stands for itself. Without a date, or a year, it is the one nearest to the time of receipt
   */
  pattern?: string
  /** the value's unit. A number's text may carry it (`1753W`), or another one that can be converted to it */
  unit?: string
  /** what it measures, for home automations, where the unit does not tell: `humidity`, `motion` (check/device-classes.ts). Default: by the unit */
  deviceClass?: string
  /** types number and integer: the unit that the device gives it in, before the conversion to `unit`. Default: the same */
  deviceUnit?: string
  /** types number and integer: the value is multiplied by this, a number or a fraction such as `100/255`. Default 1 */
  scale?: number | string
  /** types number and integer: added after the scale. Default 0 */
  offset?: number
  /** types number and integer, after scale and offset: [found, true] pairs, straight lines between them and beyond the outer ones */
  points?: Array<[number, number]>
  /** types number and integer, after scale and offset: c0 + c1 x + c2 x² … */
  polynomial?: number[]
  /** what the line has, to what it means: `{"ON": true}`. A value of the field's type, not scaled */
  map?: Record<string, number | string | boolean>
  /** what `map` does not name: rejected, or taken as it is. Default `reject` */
  mapElse?: 'reject' | 'keep'
  /** type string: without the blanks around it. Default false */
  trim?: boolean
  /** type string: all letters small or capital. Default: as they are */
  case?: 'lower' | 'upper'
  /** type number: rounded to so many decimals, 0…15, halves away from zero. Default: not rounded */
  decimals?: number
  /** least plausible value, in `unit`: not a reject, but a predicate of label by default */
  min?: number
  /** greatest plausible value, in `unit`: likewise */
  max?: number
  /** the plausible values: likewise */
  allowed?: Array<number | string | boolean>
  /** what is done about a value outside min, max and allowed: the line is rejected, or the value set to the nearest bound. Default: nothing here; it is a predicate of label */
  range?: 'reject' | 'clamp'
  /**
   * what is done about a value of the line that cannot be read: the line is rejected, or the field has no value. Always
   * `reject` where it is required or in the key; what `range` rejects is rejected all the same. Default `reject`
   */
  wrong?: 'reject' | 'omit'
  /** a line without it is rejected. Default false */
  required?: boolean
  /** stands in where the line has no such value (not where `when` is false) */
  default?: number | string | boolean
  /** for the other fields' expressions only: it does not stand in `data`. Default false */
  hidden?: boolean
  /** with the format's `onlyNews`: left out while this field is as in the event before of the same source and key */
  newsOf?: string
}

/** Which events are left out, as told by those of the same source and key that came before, at their own times. */
export interface DropRule {
  /** an event with the very time of an earlier one. Default false */
  sameTime?: boolean
  /** an event whose data is as it was, for so many seconds after the last one that was not left out. Default: never */
  unchanged?: number
}

/** One type of event. */
export interface FormatDefinition extends Spelling {
  /** the event's type, as in topics: [A-Za-z0-9._-]+ */
  type: string
  /** a title for people. Default: the type */
  name?: string
  takes?: Recogniser
  /** several lines make one event. Default: each line is one */
  record?: RecordDefinition
  /** Default: no checksum */
  check?: CheckDefinition
  decoder: Decoder
  /** how bytes that are not UTF-8 are read as text. Default `utf-8`: such a line is rejected */
  charset?: Charset
  fields: FieldDefinition[]
  /** fields that tell apart the things measured where one source has several of them (hidden ones too) */
  key?: string[]
  /** the field, of type time, that holds the device's own time. Default: the event's time is when it was received */
  time?: string
  /** repeats that are dropped. Default: none */
  drop?: DropRule
  /** leaves out the fields with `newsOf` that bring no news; the event, too, where nothing is left. Default false */
  onlyNews?: boolean
}
