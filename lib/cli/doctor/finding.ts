// What the doctor says: one line for each thing it looked at, and what to do where something is wrong.

export type Level = 'ok' | 'warning' | 'fault'

export interface Finding {
  /** what was looked at, in a word: `disk`, `broker` */
  subject: string
  level: Level
  says: string
  /** what to do; always there where something is wrong */
  advice?: string
}

/** The findings of one subject, in a short form. */
export interface Say {
  ok(says: string): Finding
  warning(says: string, advice: string): Finding
  fault(says: string, advice: string): Finding
}

export function sayOf(subject: string): Say {
  return {
    ok: (says) => ({ subject, level: 'ok', says }),
    warning: (says, advice) => ({ subject, level: 'warning', says, advice }),
    fault: (says, advice) => ({ subject, level: 'fault', says, advice }),
  }
}

/** The exit status: 0 all is well, 1 warnings, 2 faults. */
export function statusOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ level }) => level === 'fault')) return 2
  return findings.some(({ level }) => level === 'warning') ? 1 : 0
}
