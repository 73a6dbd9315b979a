// What a collector says after a reset, apart from its flash.

export const configuration = '[RF12demo.12] _ i31* g5 @ 868 MHz c1 q1'

/** About as long as the firmware's help text, with the configuration at its end; the words of it are made up. */
export const help: readonly string[] = [
  '',
  'Available commands:',
  ...Array.from('ibgocqxtarslfkewzdrvhm', (letter) => `  <n> ${letter}     - see the manual of the firmware`),
  'Current configuration:',
  configuration,
]
