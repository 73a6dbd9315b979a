// Makes the topic of a published event from a template such as `fieldlog/{gateway}/{verdict}/{type}/{device}`
// (docs/mqtt.md, "Topics"). It runs in the panel, too, so it imports nothing of Node.js.
import { type Sentence, SentenceError, sentencesOf } from '../../words/sentence.ts'

export const defaultTopic = 'fieldlog/{gateway}/{verdict}/{type}/{device}'

/** What a template may name, beside `{data.NAME}`. */
const topicParts = ['gateway', 'verdict', 'type', 'device', 'source', 'key', 'eventId', 'field'] as const
type TopicPart = (typeof topicParts)[number]
export type TopicValues = {
  readonly [part in Exclude<TopicPart, 'eventId'>]?: string | undefined
} & {
  readonly eventId?: string | number | undefined
  /** the decoded fields */
  readonly data?: Readonly<Record<string, unknown>> | undefined
}

/** What is said of a template that is none; nodes/mqtt-out/locales has it in other languages. */
export const topicSentences = {
  topicEmpty: 'The topic is empty.',
  topicName: '__name__ is not known: use __known__ or {data.NAME}.',
  topicBrace: 'A brace is not closed: names stand in braces, as in {type}.',
  topicWildcard: 'The topic must not contain + or #: these are for subscribing.',
  topicDollar: 'The topic must not begin with $: such topics belong to the broker.',
  topicLevel: 'The topic has an empty level: each / needs a name on both sides.',
  topicControls: 'The topic contains a control character.',
  topicLate: 'late topic: __problem__',
} as const

export const topicSentence = sentencesOf(topicSentences)

/** `{data.NAME}`: the value of a field */
const dataPrefix = 'data.'
/** Parts whose values are other ones with nearly each event: their topics are not worth remembering. */
const passing: ReadonlySet<string> = new Set<TopicPart>(['eventId'])

/** Stands for `{field}` where an event has none: it was rejected, or not cleaned. */
export const rawField = 'raw'

/** topics that are remembered, at most, and the length of one of their values */
const mostKnown = 1_000
const longestKnown = 255

/** MQTT's limit for a topic name, whose length is encoded in two bytes. */
const maxTopicBytes = 65_535

// Wildcards and the separator would change the topic's levels. The rest are characters for which brokers close the
// connection for (MQTT 5, 1.5.4): control characters, lone surrogates, non-characters.
const forbidden = /[+#/\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u
const allForbidden = new RegExp(forbidden, 'gu')

/** One value as it may stand in a level of a topic; `_` when nothing is left of it. */
function topicLevel(value: string | undefined): string {
  if (value === undefined || value === '') return '_'
  if (!forbidden.test(value)) return value
  return value.replace(allForbidden, '') || '_'
}

/** The topic on which a gateway's presence is retained: `online`, or `offline` by the last will. */
export function statusTopic(gateway: string): string {
  return `fieldlog/${topicLevel(gateway)}/status`
}

/** The topic of a gateway's health reports. */
export function healthTopic(gateway: string): string {
  return `fieldlog/${topicLevel(gateway)}/health`
}

/** A place in a template: reads its value. */
type Part = (values: TopicValues) => string | undefined

/** Whether the template has a level for each field: then each field is a message of its own. */
export function namesField(template: string): boolean {
  return template.includes('{field}')
}

/** What is the same for all events that a template makes topics of. */
export type FixedValues = Pick<TopicValues, 'gateway'>

/**
 * Compiles a template once; the function it returns is called for each event.
 * @param fixed values that the events need not bring; they are put in at once
 * @throws Error in words when the template is not valid (see topicProblem)
 * The function throws when the topic would be longer than MQTT's 65,535 bytes.
 */
export function compileTopic(template: string, fixed: FixedValues = {}): (values: TopicValues) => string {
  const problem = topicProblem(template)
  if (problem !== undefined) throw new SentenceError(problem)
  const { literals, names } = piecesOf(template, fixed)
  const parts = names.map(partOf)
  const make = (values: TopicValues) => {
    let topic = literals[0] as string
    for (let i = 0; i < parts.length; i++) {
      topic += topicLevel(parts[i]!(values)) + literals[i + 1]
    }
    // Topics that begin with $ are the broker's own; a client may not publish there.
    if (topic.startsWith('$')) topic = `_${topic}`
    if (topic.length * 3 > maxTopicBytes) checkLength(topic)
    return topic
  }
  const isPassing = names.some((name) => passing.has(name) || name.startsWith(dataPrefix))
  return isPassing ? make : remembering(parts, make)
}

/** The names in a template, and the texts before, between and behind them. */
function piecesOf(template: string, fixed: FixedValues): { literals: string[]; names: string[] } {
  const names: string[] = []
  let literal = ''
  const literals: string[] = []
  template.split(/\{([^{}]+)\}/).forEach((piece, index) => {
    const isName = index % 2 === 1
    if (!isName) literal += piece
    else if (Object.hasOwn(fixed, piece)) literal += topicLevel(fixed[piece as keyof FixedValues])
    else {
      literals.push(literal)
      literal = ''
      names.push(piece)
    }
  })
  literals.push(literal)
  return { literals, names }
}

function partOf(name: string): Part {
  if (name.startsWith(dataPrefix)) {
    const field = name.slice(dataPrefix.length)
    return ({ data }) => (data !== undefined && Object.hasOwn(data, field) ? textOf(data[field]) : undefined)
  }
  if (name === 'eventId') return ({ eventId }) => textOf(eventId)
  const part = name as Exclude<TopicPart, 'eventId'>
  return (values) => values[part]
}

function textOf(value: unknown): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
}

/** Topics that were made, by one value after the other. */
interface Known {
  next: Map<string | undefined, Known>
  topic: string | undefined
}

/** The function, with a memory: a gateway has few different topics, and making one costs more than finding it. */
function remembering(parts: readonly Part[], make: (values: TopicValues) => string): typeof make {
  let root: Known = { next: new Map(), topic: undefined }
  let count = 0
  const keep = (values: TopicValues, topic: string) => {
    if (++count > mostKnown) {
      root = { next: new Map(), topic: undefined }
      count = 1
    }
    let known = root
    for (const part of parts) {
      const value = part(values)
      let next = known.next.get(value)
      if (next === undefined) {
        next = { next: new Map(), topic: undefined }
        known.next.set(value, next)
      }
      known = next
    }
    known.topic = topic
  }
  return (values) => {
    let known: Known | undefined = root
    for (let i = 0; i < parts.length && known !== undefined; i++) known = known.next.get(parts[i]!(values))
    if (known?.topic !== undefined) return known.topic
    const topic = make(values)
    if (parts.every((part) => (part(values)?.length ?? 0) <= longestKnown)) keep(values, topic)
    return topic
  }
}

/** What is wrong with a template, in words; undefined when nothing is. */
export function topicProblem(template: string): Sentence | undefined {
  if (template === '') return topicSentence('topicEmpty')
  for (const [, name] of template.matchAll(/\{([^{}]*)\}/g)) {
    const isField = name?.startsWith(dataPrefix) && name.length > dataPrefix.length
    if (!isField && !topicParts.includes(name as TopicPart)) {
      return topicSentence('topicName', {
        name: `{${name}}`,
        known: topicParts.map((part) => `{${part}}`).join(', '),
      })
    }
  }
  const fixed = template.replace(/\{[^{}]+\}/g, 'x')
  if (/[{}]/.test(fixed)) return topicSentence('topicBrace')
  if (/[+#]/.test(fixed)) return topicSentence('topicWildcard')
  if (fixed.startsWith('$')) return topicSentence('topicDollar')
  if (fixed.split('/').includes('')) return topicSentence('topicLevel')
  if (forbidden.test(fixed.replaceAll('/', ''))) return topicSentence('topicControls')
  return undefined
}

function checkLength(topic: string): void {
  const bytes = new TextEncoder().encode(topic).length
  if (bytes > maxTopicBytes) {
    throw new Error(
      `the topic would be ${bytes} bytes long, MQTT allows ${maxTopicBytes}: ${topic.slice(0, 60)}…`,
    )
  }
}
