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
  MARKET_REFUSAL_CODES,
  MARKET_REPLY_BYTES_MAX,
  MARKET_REQUEST_BYTES_MAX,
  type MarketRefusal,
  type MarketRefusalCode,
  type MarketReply,
  type MarketRequest,
  marketReply,
  marketRequest,
  OFFER_BYTES_MAX,
  OFFERS_PER_FRAME_MAX,
  type OfferAnnouncement,
  type OfferPage,
  offerTopic
} from './messages.ts'
export {
  judgeOffer,
  judgeOfferBytes,
  OFFER_FAULT_CODES,
  OFFER_SKEW_MAX_MS,
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
  REQUEST_RATE,
  type TokenBucket,
  takeToken
} from './rate-limit.ts'
