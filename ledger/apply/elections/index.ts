export { castBallot } from './ballots.ts'
export { stand, withdrawCandidacy } from './candidates.ts'
export { takeEvidence } from './evidence.ts'
