// The topics of what a gateway says of its devices' present state (docs/at-the-broker.md).
import { compileTopic } from '../mqtt/message/topic.ts'

export interface StateTopics {
  /** the newest reading of a type of a device */
  latest(type: string, device: string): string
  /** `online` or `silent` */
  availability(device: string): string
}

/** @throws Error in words where a topic would be too long for MQTT */
export function stateTopics(gateway: string): StateTopics {
  const latest = compileTopic('fieldlog/{gateway}/latest/{type}/{device}', { gateway })
  const availability = compileTopic('fieldlog/{gateway}/availability/{device}', { gateway })
  return {
    latest: (type, device) => latest({ type, device }),
    availability: (device) => availability({ device }),
  }
}
