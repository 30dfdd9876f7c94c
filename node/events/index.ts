export {
  type EventLog,
  type EventLogOptions,
  openEventLog,
  type Reservation,
  SEQUENCES_AHEAD
} from './event-log.ts'
