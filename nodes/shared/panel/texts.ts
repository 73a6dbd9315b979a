// Values of a definition as short texts in inputs, and back. What has no short text is shown as JSON.

export function asText(value: unknown): string {
  return value === undefined || value === null ? '' : String(value)
}

export function textOrNone(text: string): string | undefined {
  return text.trim() || undefined
}

/** The number that a text holds; the text where it holds none, undefined where it is empty. */
export function numberOrText(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const value = Number(trimmed)
  return Number.isFinite(value) ? value : trimmed
}

/** The names or values of a list that is written with commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
}

export function withoutNone(properties: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined))
}

/** `-999, NaN`: texts and numbers. */
export function showTokens(tokens: ReadonlyArray<string | number> | undefined): string {
  return shortOrJson(tokens, (list) => list.map(String).join(', '), readTokens)
}

export function readTokens(text: string): unknown {
  if (text.trim() === '') return undefined
  return jsonIn(text, '[') ?? listed(text).map(numberOrText)
}

/** `0=4, 1023=20` */
export function showPoints(points: ReadonlyArray<readonly [number, number]> | undefined): string {
  return shortOrJson(points, (list) => list.map(([a, b]) => `${a}=${b}`).join(', '), readPoints)
}

export function readPoints(text: string): unknown {
  if (text.trim() === '') return undefined
  return jsonIn(text, '[') ?? listed(text).map((pair) => pair.split('=').map(numberOrText))
}

/** `1.5, 0.2` */
export function showNumbers(numbers: readonly number[] | undefined): string {
  return (numbers ?? []).join(', ')
}

export function readNumbers(text: string): unknown {
  return text.trim() === '' ? undefined : listed(text).map(numberOrText)
}

type Map = Readonly<Record<string, number | string | boolean>>

/** `ON=true, OFF=false`; `read` makes a value of the field's type of the text behind the sign. */
export function showMap(map: Map | undefined, read: (text: string) => unknown): string {
  const short = (values: Map) =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')
  return shortOrJson(map, short, (text) => readMap(text, read))
}

export function readMap(text: string, read: (text: string) => unknown): unknown {
  if (text.trim() === '') return undefined
  const json = jsonIn(text, '{')
  if (json !== undefined) return json
  const pairs = listed(text).map((pair): [string, unknown] => {
    const at = pair.indexOf('=')
    return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), read(pair.slice(at + 1).trim())]
  })
  return Object.fromEntries(pairs)
}

/** The short text where it says all; else JSON. */
function shortOrJson<Value>(
  value: Value | undefined,
  short: (value: Value) => string,
  read: (text: string) => unknown,
): string {
  if (value === undefined) return ''
  const json = JSON.stringify(value)
  const text = Array.isArray(value) || (typeof value === 'object' && value !== null) ? short(value) : json
  return JSON.stringify(read(text)) === json ? text : json
}

/** The value of a text that begins like this; undefined where it does not, or is no JSON. */
function jsonIn(text: string, begin: '[' | '{'): unknown {
  if (!text.trim().startsWith(begin)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    // half-typed: the check says what is wrong with the text as it stands
    return text
  }
}
