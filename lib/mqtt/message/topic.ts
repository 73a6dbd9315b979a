// Makes the topic of a published event from a template such as `fieldlog/{gateway}/{verdict}/{type}/{source}`
// (docs/mqtt.md, "Topics"). It runs in the panel, too, so it imports nothing of Node.js.

export const defaultTopic = 'fieldlog/{gateway}/{verdict}/{type}/{source}'

/** What a template may name. */
const topicParts = ['gateway', 'verdict', 'type', 'source'] as const
export type TopicPart = (typeof topicParts)[number]
export type TopicValues = { readonly [part in TopicPart]?: string | undefined }

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

/**
 * Compiles a template once; the function it returns is called for each event.
 * @throws Error in words when the template is not valid (see topicProblem)
 * The function throws when the topic would be longer than MQTT's 65,535 bytes.
 */
export function compileTopic(template: string): (values: TopicValues) => string {
  const problem = topicProblem(template)
  if (problem !== undefined) throw new Error(problem)
  const pieces = template.split(/\{(\w+)\}/)
  const literals = pieces.filter((_, index) => index % 2 === 0)
  const names = pieces.filter((_, index) => index % 2 === 1) as TopicPart[]
  const make = (values: TopicValues) => {
    let topic = literals[0] ?? ''
    for (let i = 0; i < names.length; i++) {
      topic += topicLevel(values[names[i]!]) + literals[i + 1]
    }
    // Topics that begin with $ are the broker's own; a client may not publish there.
    if (topic.startsWith('$')) topic = `_${topic}`
    if (topic.length * 3 > maxTopicBytes) checkLength(topic)
    return topic
  }
  return remembering(names, make)
}

/** Topics that were made, by one value after the other. */
interface Known {
  next: Map<string | undefined, Known>
  topic: string | undefined
}

/** The function, with a memory: a gateway has few different topics, and making one costs more than finding it. */
function remembering(names: TopicPart[], make: (values: TopicValues) => string): typeof make {
  let root: Known = { next: new Map(), topic: undefined }
  let count = 0
  const keep = (values: TopicValues, topic: string) => {
    if (++count > mostKnown) {
      root = { next: new Map(), topic: undefined }
      count = 1
    }
    let known = root
    for (const name of names) {
      let next = known.next.get(values[name])
      if (next === undefined) {
        next = { next: new Map(), topic: undefined }
        known.next.set(values[name], next)
      }
      known = next
    }
    known.topic = topic
  }
  return (values) => {
    let known: Known | undefined = root
    for (let i = 0; i < names.length && known !== undefined; i++) known = known.next.get(values[names[i]!])
    if (known?.topic !== undefined) return known.topic
    const topic = make(values)
    if (names.every((name) => (values[name]?.length ?? 0) <= longestKnown)) keep(values, topic)
    return topic
  }
}

/** What is wrong with a template, in words; undefined when nothing is. */
export function topicProblem(template: string): string | undefined {
  if (template === '') return 'The topic is empty.'
  for (const [, name] of template.matchAll(/\{([^{}]*)\}/g)) {
    if (!topicParts.includes(name as TopicPart)) {
      return `{${name}} is not known: use ${topicParts.map((part) => `{${part}}`).join(', ')}.`
    }
  }
  const fixed = template.replace(/\{\w+\}/g, 'x')
  if (/[{}]/.test(fixed)) return 'A brace is not closed: names stand in braces, as in {type}.'
  if (/[+#]/.test(fixed)) return 'The topic must not contain + or #: these are for subscribing.'
  if (fixed.startsWith('$')) return 'The topic must not begin with $: such topics belong to the broker.'
  if (fixed.split('/').includes('')) return 'The topic has an empty level: each / needs a name on both sides.'
  if (forbidden.test(fixed.replaceAll('/', ''))) return 'The topic contains a control character.'
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
