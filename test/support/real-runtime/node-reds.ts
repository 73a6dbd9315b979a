// The Node-REDs that the package promises to run in, by their aliases in node_modules.

export const supportedNodeReds: readonly string[] = ['node-red', 'node-red-4']

/**
 * For long tests of what hardly differs between them: the newest one, and in a soak (`npm run soak -- node-reds`) all. That the nodes,
 * each panel, the flows that ship and the package work in both is tested in every run.
 */
export const usualNodeReds = process.env.FIELDLOG_SOAK ? supportedNodeReds : supportedNodeReds.slice(0, 1)
