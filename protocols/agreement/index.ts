export {
  AgreementRefused,
  type ReceiveOptions,
  receiveAgreement,
  type SendOptions,
  sendAgreement
} from './channel.ts'
export {
  AGREEMENT_REFUSAL_CODES,
  type AgreementRefusal,
  type AgreementRefusalCode,
  agreementBatch,
  agreementWelcome
} from './messages.ts'
export { QUEUE_BYTES_MAX, QUEUE_MESSAGES_MAX, SendQueue } from './send-queue.ts'
