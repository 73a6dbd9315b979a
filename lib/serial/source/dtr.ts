// Restarts a device by its DTR line, as an Arduino, a JeeLink and most boards with a bootloader are wired.
import type { Clock } from '../../kit/clock.ts'

/** ms that DTR stays low */
const resetPulse = 100

/** Lowers DTR for 100 ms; the board starts anew when it rises. */
export async function pulseDtr(setDtr: (isOn: boolean) => Promise<void>, clock: Clock): Promise<void> {
  await setDtr(false)
  await new Promise<void>((resolve) => {
    clock.after(resetPulse, resolve)
  })
  await setDtr(true)
}
