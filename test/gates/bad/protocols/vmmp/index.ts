export const verbs: readonly string[] = ['QUERY']
