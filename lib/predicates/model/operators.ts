// The operators of a condition. Each names a fault: "battery is below 2.8" is what makes a reading bad. One entry of
// the table says all about an operator: its operands, the kinds of value it is meant for, what it judges right, and how
// a reason puts that.
// Browser-safe: the panel uses the same table. The engine for regular expressions is passed in.
import type { Scalar } from '../../event.ts'
import { SentenceError } from '../../words/sentence.ts'
import { ruleSentence } from './sentences.ts'
import { show, showList } from './text.ts'

/** The kinds of scalar in an event's data. */
export type ValueKind = 'number' | 'string' | 'boolean'

/**
 * True where the value (never undefined, null or NaN, unless the operator `seesMissing`) is right. What cannot be
 * compared, a text with a number, is not right, so that it is found whichever way a rule is put.
 */
export type Test = (value: unknown) => boolean

/** Compiles a pattern to a search in a text; throws an Error that says what is wrong with the pattern. */
export type RegexEngine = (pattern: string, ignoreCase: boolean) => (text: string) => boolean

export interface TestOptions {
  ignoreCase: boolean
  regex: RegexEngine
}

export interface Operator {
  /** how many operands: 0, 1, 2, or 'many' (at least one) */
  operands: 0 | 1 | 2 | 'many'
  /** what the operands may be, for the panel and its check */
  operandKinds: readonly ValueKind[]
  /** the kinds of field it makes sense for; a value of another kind is a fault, it never throws */
  appliesTo: readonly ValueKind[]
  /** judges missing values itself (`is null` and alike) instead of leaving them to the row's policy */
  seesMissing?: boolean
  /** has a meaning for `ignoreCase` */
  textual?: boolean
  /** builds the test for right values; throws a SentenceError when an operand cannot be used */
  compile(values: readonly Scalar[], options: TestOptions): Test
  /** what was expected, for a reason: `below 50` */
  expected(values: readonly Scalar[]): string
}

const anyKind = ['number', 'string', 'boolean'] as const
const ordered = ['number', 'string'] as const
const typeNames = ['number', 'integer', 'string', 'boolean', 'null'] as const

/** Absent, null, or not a number: nothing that could be compared. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || Number.isNaN(value)
}

/** A comparison of numbers with a number, or of texts with a text (by code units, so ISO dates sort right). */
function order(
  words: string,
  compare: (value: number | string, bound: number | string) => boolean,
): Operator {
  return {
    operands: 1,
    operandKinds: ordered,
    appliesTo: ordered,
    compile([bound]) {
      if (isNumber(bound)) return (value) => typeof value === 'number' && compare(value, bound)
      if (typeof bound === 'string') return (value) => typeof value === 'string' && compare(value, bound)
      throw new SentenceError(ruleSentence('numberOrText'))
    },
    expected: ([bound]) => `${words} ${show(bound)}`,
  }
}

/** A search in a text; numbers and booleans are searched as they print. */
function textual(words: string, search: (text: string, part: string) => boolean): Operator {
  return {
    operands: 1,
    operandKinds: ['string'],
    appliesTo: anyKind,
    textual: true,
    compile([part], { ignoreCase }) {
      const wanted = asText(part, 'part')
      if (!ignoreCase) return onText((text) => search(text, wanted))
      const folded = wanted.toLowerCase()
      return onText((text) => search(text.toLowerCase(), folded))
    },
    expected: ([part]) => `${words} ${show(String(part))}`,
  }
}

function onText(search: (text: string) => boolean): Test {
  return (value) => {
    if (typeof value === 'string') return search(value)
    return (typeof value === 'number' || typeof value === 'boolean') && search(String(value))
  }
}

/** An operator without operands. */
function plain(words: string, appliesTo: readonly ValueKind[], test: Test, seesMissing = false): Operator {
  return { operands: 0, operandKinds: [], appliesTo, seesMissing, compile: () => test, expected: () => words }
}

function isNumber(value: Scalar | undefined): value is number {
  return typeof value === 'number' && !Number.isNaN(value)
}

function asText(value: Scalar | undefined, otherwise: 'part' | 'pattern'): string {
  if (value === undefined || value === null || value === '') {
    throw new SentenceError(ruleSentence(otherwise))
  }
  return String(value)
}

function within(values: readonly Scalar[]): Test {
  const [a, b] = values
  if (isNumber(a) && isNumber(b)) {
    const low = Math.min(a, b)
    const high = Math.max(a, b)
    return (value) => typeof value === 'number' && value >= low && value <= high
  }
  if (typeof a === 'string' && typeof b === 'string') {
    const [low, high] = a <= b ? [a, b] : [b, a]
    return (value) => typeof value === 'string' && value >= low && value <= high
  }
  throw new SentenceError(ruleSentence('twoAlike'))
}

/** Of the kind of the bounds, and not within them. */
function without(values: readonly Scalar[]): Test {
  const test = within(values)
  const kind = typeof values[0]
  return (value) => typeof value === kind && !test(value)
}

/** The operator that finds what the other one lets pass. */
function opposite(operator: Operator, expected: Operator['expected']): Operator {
  return {
    ...operator,
    compile(values, options) {
      const test = operator.compile(values, options)
      return (value) => !test(value)
    },
    expected,
  }
}

/** Characters are code points: an emoji counts as one. */
function lengthBetween([least, most]: readonly Scalar[]): Test {
  if (!isCount(least) || !isCount(most)) throw new SentenceError(ruleSentence('lengths'))
  if (least > most) throw new SentenceError(ruleSentence('lengthOrder'))
  return (value) => {
    if (typeof value !== 'string' || value.length < least) return false
    // a code point is one or two units: only where that leaves it open are they counted
    if (value.length <= most && value.length >= 2 * least) return true
    if (value.length > 2 * most) return false
    let length = 0
    for (const _ of value) length++
    return length >= least && length <= most
  }
}

function isCount(value: Scalar | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function typeTest(type: Scalar | undefined): Test {
  switch (type) {
    case 'number':
      return (value) => typeof value === 'number' && !Number.isNaN(value)
    case 'string':
      return (value) => typeof value === 'string'
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'integer':
      return (value) => Number.isInteger(value)
    case 'null':
      return isMissing
    default:
      throw new SentenceError(ruleSentence('type', { types: typeNames.join(', ') }))
  }
}

const containing = textual('a text that contains', (text, part) => text.includes(part))
const startingWith = textual('a text that starts with', (text, part) => text.startsWith(part))
const endingWith = textual('a text that ends with', (text, part) => text.endsWith(part))

const equal: Operator = {
  operands: 1,
  operandKinds: anyKind,
  appliesTo: anyKind,
  compile: ([wanted]) => {
    needOperand(wanted)
    return (value) => value === wanted
  },
  expected: ([wanted]) => `equal to ${show(wanted)}`,
}

const matching: Operator = {
  operands: 1,
  operandKinds: ['string'],
  appliesTo: anyKind,
  textual: true,
  compile([pattern], { ignoreCase, regex }) {
    const search = regex(asText(pattern, 'pattern'), ignoreCase)
    return onText(search)
  },
  expected: ([pattern]) => `a text that matches /${String(pattern)}/`,
}

const oneOf: Operator = {
  operands: 'many',
  operandKinds: anyKind,
  appliesTo: anyKind,
  compile(values) {
    if (values.length === 0) throw new SentenceError(ruleSentence('oneValue'))
    const allowed = new Set<unknown>(values)
    return (value) => allowed.has(value)
  },
  expected: (values) => `one of ${showList(values)}`,
}

const ofType: Operator = {
  operands: 1,
  operandKinds: ['string'],
  appliesTo: anyKind,
  seesMissing: true,
  compile: ([type]) => typeTest(type),
  expected: ([type]) => (type === 'null' ? 'no value' : `a value of type ${String(type)}`),
}

const range = { operands: 2, operandKinds: ordered, appliesTo: ordered } as const

/** Each operator of a fault, with the test for what is right beside it. */
const table = {
  'is below': order('at least', (value, bound) => value >= bound),
  'is above': order('at most', (value, bound) => value <= bound),
  'is outside': {
    ...range,
    compile: within,
    expected: ([low, high]) => `between ${show(low)} and ${show(high)}`,
  },
  'is between': {
    ...range,
    compile: without,
    expected: ([low, high]) => `outside of ${show(low)} to ${show(high)}`,
  },
  is: {
    ...equal,
    compile: ([unwanted]) => {
      needOperand(unwanted)
      return (value) => value !== unwanted
    },
    expected: ([unwanted]) => `other than ${show(unwanted)}`,
  },
  'is not': equal,
  'is at least': order('below', (value, bound) => value < bound),
  'is at most': order('above', (value, bound) => value > bound),
  'is one of': opposite(oneOf, (values) => `none of ${showList(values)}`),
  'is none of': oneOf,
  'is true': plain('false', ['boolean'], (value) => value === false),
  'is false': plain('true', ['boolean'], (value) => value === true),
  'has no value': plain('a value', anyKind, (value) => !isMissing(value), true),
  'has a value': plain('no value', anyKind, isMissing, true),
  contains: opposite(containing, ([part]) => `a text without ${show(String(part))}`),
  'does not contain': containing,
  'starts with': opposite(startingWith, ([part]) => `a text that does not start with ${show(String(part))}`),
  'does not start with': startingWith,
  'ends with': opposite(endingWith, ([part]) => `a text that does not end with ${show(String(part))}`),
  'does not end with': endingWith,
  'matches regex': opposite(matching, ([pattern]) => `a text that does not match /${String(pattern)}/`),
  'does not match regex': matching,
  'is empty': plain('a text that is not empty', anyKind, (value) => value !== ''),
  'is not empty': plain('an empty text', ['string'], (value) => value === ''),
  'length is outside': {
    operands: 2,
    operandKinds: ['number'],
    appliesTo: ['string'],
    compile: lengthBetween,
    expected: ([low, high]) => `a text of ${show(low)} to ${show(high)} characters`,
  },
  'is of type': opposite(ofType, ([type]) =>
    type === 'null' ? 'a value' : `another type than ${String(type)}`,
  ),
  'is not of type': ofType,
  'has key': plain('that the key is not there', anyKind, (value) => value === undefined, true),
  'has no key': plain('that the key is there', anyKind, (value) => value !== undefined, true),
} as const satisfies Record<string, Operator>

function needOperand(value: Scalar | undefined): void {
  if (value === undefined || value === null || Number.isNaN(value)) {
    throw new SentenceError(ruleSentence('value'))
  }
}

export type OperatorName = keyof typeof table

/** Operators that compare with a value, which may be that of another field. */
const comparing: ReadonlySet<string> = new Set<OperatorName>([
  'is below',
  'is above',
  'is outside',
  'is between',
  'is',
  'is not',
  'is at least',
  'is at most',
  'contains',
  'does not contain',
  'starts with',
  'does not start with',
  'ends with',
  'does not end with',
])

/** Whether an operator's operands may be other fields of the event. */
export function takesFields(name: OperatorName): boolean {
  return comparing.has(name)
}

/** Every operator by its words. */
export const operators: Readonly<Record<OperatorName, Operator>> = table

/** The operators in the order in which the panel offers them. */
export const operatorNames = Object.keys(table) as OperatorName[]

/** The names that `is of type` takes. */
export const operandTypes: readonly string[] = typeNames

export function isOperatorName(name: unknown): name is OperatorName {
  return typeof name === 'string' && Object.hasOwn(table, name)
}
