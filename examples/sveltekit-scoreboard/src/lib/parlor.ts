/** The Parlor server: where it is, and who we are to it. */

import { Api } from "parlor-client";
import { browser } from "$app/environment";
import { env } from "$env/dynamic/public";

/**
 * Reads boards on this app's server, without a login, which all its visitors would share. In a
 * browser it is a guest's, kept between visits, and says so to live connections.
 */
export const api = new Api({
  url: env.PUBLIC_PARLOR_URL || "http://127.0.0.1:8080",
  storage: browser ? localStorage : undefined,
});
