export { abortMigration, commitMigration, heartbeat } from './migrations.ts'
export { openMigration } from './open-migration.ts'
