export {
  fetchOffers,
  fetchSnapshot,
  type MarketHandler,
  serveMarket
} from './channel.ts'
export {
  ANNOUNCEMENT_BYTES_MAX,
  decodeAnnouncement,
  encodeAnnouncement,
  type MarketRefusal,
  type MarketRefusalCode,
  type MarketReply,
  type MarketRequest,
  marketReply,
  marketRequest,
  OFFERS_PER_FRAME_MAX,
  type OfferAnnouncement,
  type OfferPage,
  offerTopic
} from './messages.ts'
export {
  judgeOffer,
  judgeOfferBytes,
  OFFER_FAULT_CODES,
  OFFER_TTL_MAX_MS,
  type OfferContext,
  type OfferFault,
  type OfferFaultCode,
  type OfferVerdict
} from './offer-validation.ts'
export {
  ANNOUNCEMENT_RATE,
  fullBucket,
  type RateLimit,
  type TokenBucket,
  takeToken
} from './rate-limit.ts'
