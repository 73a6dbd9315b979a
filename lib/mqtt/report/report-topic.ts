// The topic of reports. One report holds events of many kinds, so that only what is the same for all of them can stand in it. It runs
// in the panel, too, so it imports nothing of Node.js.
import { compileTopic, defaultTopic } from '../message/topic.ts'

/** What an empty topic stands for, and the default of other payloads, which names what only one event has. */
export const defaultReportTopic = 'fieldlog/{gateway}/time-events'

/** The template of a node's topic, for reports. */
export function reportTemplate(template: string): string {
  return template === '' || template === defaultTopic ? defaultReportTopic : template
}

/** @throws Error in words where the template is not valid, or names what differs from event to event */
export function reportTopic(template: string, gateway: string): string {
  const chosen = reportTemplate(template)
  const topic = compileTopic(chosen, { gateway })({})
  const [wrong] = chosen.replaceAll('{gateway}', '').match(/\{[^{}]+\}/) ?? []
  if (wrong === undefined) return topic
  throw new Error(`the topic names ${wrong}, but a report holds many events: only {gateway} may stand there`)
}
