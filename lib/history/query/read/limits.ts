// How much one question may read, so that it ends within a time for which a person waits.

/** rows of one question, raw ones or buckets */
export const mostRows = 100_000
/** Below so many raw rows a chart is made of them, else of aggregates. */
export const mostRawOfChart = 20_000
/** ms of time of which raw rows are read */
export const longestRaw = 366 * 86_400_000
export const fewestPoints = 10
export const usualPoints = 1_000
