// What is public of time events: `@fieldlog/node-red-gateway/events`. A client that sends them, without Node-RED and without a
// journal. What is not named here may change in any version.

export { EvClient, type EvClientOptions, type EvStats } from '../time-events/ev-client.ts'
export type { OutgoingEvent } from '../time-events/outgoing.ts'
