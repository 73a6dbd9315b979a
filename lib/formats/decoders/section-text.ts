// The event text of the energy sensor: `Name: key=value; key=value; Name: value; value` …
import { Failure } from '../model/failure.ts'
import { show } from '../model/text.ts'

export type SectionValue = number | string | boolean
/** A section with keys, or one of bare values. */
export type Section = Record<string, SectionValue> | SectionValue[]

/**
 * The sections of a text, in their order. On and off, in any case, are booleans; numbers may have a decimal comma and the
 * unit V, A, W, VA, var, rad or Hz, in any case; a time is ISO text with Z; everything else is text. A value may follow the
 * name of its section without a blank. Items before the first section count for nothing; in a section that begins with a
 * key so do bare values. A Failure names what cannot be read: a section without values, a key without a value.
 */
export function parseSections(text: string): Record<string, Section> | Failure {
  const sections: Record<string, Section> = {}
  let name: string | undefined
  let section: Section | undefined
  for (const part of text.split(';')) {
    let item = part.trim()
    const next = sectionStart(item)
    if (next !== undefined) {
      if (name !== undefined && section === undefined) return without(name)
      name = next.name
      section = undefined
      item = next.rest
      if (Object.hasOwn(sections, name)) return new Failure(`found the section ${show(name)} twice`)
    }
    if (name === undefined || item === '') continue
    const added = addItem(section, item, name)
    if (added instanceof Failure) return added
    if (section === undefined) setOwn(sections, name, added)
    section = added
  }
  return name !== undefined && section === undefined ? without(name) : sections
}

function without(name: string): Failure {
  return new Failure(`found nothing in the section ${show(name)}, expected values`)
}

/**
 * `Name: rest`, where the name begins with a letter. Where no blank stands behind the colon the name must look like one: the
 * colons of a time or an HTTP date (`Tue, 04 Oct 2016 16:47:50 GMT`) start no section.
 */
function sectionStart(item: string): { name: string; rest: string } | undefined {
  const colon = item.indexOf(':')
  if (colon <= 0 || !/^[\p{L}_]/u.test(item)) return undefined
  const name = item.slice(0, colon).trimEnd()
  const after = item[colon + 1]
  const isApart = after === undefined || after === ' ' || after === '\t'
  if (isApart ? name.includes('=') : !/^[\p{L}\p{N}_ -]+$/u.test(name)) return undefined
  return { name, rest: item.slice(colon + 1).trim() }
}

function addItem(section: Section | undefined, item: string, name: string): Section | Failure {
  const equals = item.indexOf('=')
  if (equals < 0) {
    if (section === undefined) return [sectionValue(item)]
    if (Array.isArray(section)) section.push(sectionValue(item))
    return section
  }
  const key = item.slice(0, equals).trim()
  const text = item.slice(equals + 1).trim()
  if (key === '')
    return new Failure(`found ${show(item)} in the section ${show(name)}, expected a key before =`)
  if (text === '' || text.startsWith(':')) {
    return new Failure(`found ${show(text)} for ${show(`${name}.${key}`)}, expected a value`)
  }
  if (Array.isArray(section)) {
    return new Failure(`found the key ${show(key)} among the bare values of ${show(name)}, expected values`)
  }
  const keyed = section ?? {}
  if (Object.hasOwn(keyed, key)) return new Failure(`found ${show(`${name}.${key}`)} twice`)
  setOwn(keyed, key, sectionValue(text))
  return keyed
}

/** Also for `__proto__`, which an assignment would not make a property. */
function setOwn<Value>(object: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') object[key] = value
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

const numberPattern = /^([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?)\s?(?:V|A|W|VA|var|rad|Hz)?$/i
const timePattern = /^(\d{4})-(\d\d?)-(\d\d?)[ T](\d\d?):(\d\d):(\d\d)Z?$/
const longestNumber = 60

function sectionValue(text: string): SectionValue {
  if (text.length <= 3) {
    const word = text.toLowerCase()
    if (word === 'on') return true
    if (word === 'off') return false
  }
  if (text.length > longestNumber) return text
  // most are plain numbers, for which the pattern would take most of the time
  const number = isPlain(text) ? text : numberPattern.exec(text)?.[1]?.replace(',', '.')
  if (number !== undefined) {
    const value = Number(number)
    const isExact = Number.isFinite(value) && (Number.isSafeInteger(value) || !Number.isInteger(value))
    return isExact ? value + 0 : text
  }
  return isoTime(text) ?? text
}

/** Digits with one point among them at most, and perhaps a minus in front. */
function isPlain(text: string): boolean {
  let points = 0
  const start = text.charCodeAt(0) === 0x2d ? 1 : 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x2e) points++
    else if (code < 0x30 || code > 0x39) return false
  }
  return points <= 1 && text.length - start > points
}

/** `2016-10-4 16:47:50` as `2016-10-04T16:47:50Z`; undefined for what is no time, or none that exists. */
function isoTime(text: string): string | undefined {
  const parts = timePattern.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second] = parts as unknown as string[]
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const isDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  if (!isDay || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return `${year}-${twoDigits(month!)}-${twoDigits(day!)}T${twoDigits(hour!)}:${minute}:${second}Z`
}

function twoDigits(number: string): string {
  return number.length === 1 ? `0${number}` : number
}
