// What a collector says after a reset, apart from its flash.

export const configuration = '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'

/** As long as the real help text, with the configuration at its end; nothing in it means anything to a gateway. */
export const help: readonly string[] = [
  '',
  'Available commands:',
  ...Array.from('ibgocqxtarslfkewzdrvhm', (letter) => `  <n> ${letter}     - see the manual of the firmware`),
  'Current configuration:',
  configuration,
]
