/** How often a journal is checked in the background. */
export const checkIntervals = ['daily', 'weekly', 'off'] as const
export type CheckInterval = (typeof checkIntervals)[number]
