/** The whole public surface of the core. */
export {
  Api,
  type ApiOptions,
  type Login,
  type LoginStorage,
  type SessionBody,
  type SessionPage,
  type SessionStatus,
  type SessionSummary,
  type StoredLogin,
  type User,
} from "./api.js";
export { ApiError, type ClientErrorCode, type Problem } from "./errors.js";
export type { JsonRequest } from "./http.js";
export type * from "./messages.js";
export { apiUrlFromPage, initialFromPage } from "./page.js";
export { GameSync } from "./sync.js";
export type {
  Connection,
  ConnectionEnd,
  ConnectionEvents,
  ConnectRequest,
  Transport,
  TransportName,
  WebSocketConstructor,
  WebSocketLike,
} from "./transports/transport.js";
export type {
  CommandResult,
  ConnectionState,
  GameSyncOptions,
  PageSignals,
  SendOptions,
  Status,
  SyncEvents,
  SyncState,
  TokenSource,
} from "./types.js";
