// What every question gets beside the store.
import type { DeviceNames } from '../../../devices/names.ts'
import type { Given } from '../read/parameters.ts'

export interface Asked {
  given: Given
  /** the gateway's wall clock when it was asked, ms since 1970 */
  now: number
  /** undefined: the names that the store has */
  names: DeviceNames | undefined
}
