/** Access and ID tokens live this long, in seconds. Below ten minutes MSAL would renew all the time. */
export const ACCESS_TOKEN_SECONDS = 3600;
/** Refresh tokens: 90 days after their issue (Entra's), in milliseconds. */
export const REFRESH_TOKEN_LIFETIME = 90 * 24 * 60 * 60 * 1000;
/** A rotated refresh token is answered again with its successor for this long, in milliseconds (design: "Refresh"). */
export const REFRESH_GRACE = 30 * 1000;
/** Authorization codes live this long, in seconds (Entra: 600; RFC 6749 §4.1.2 allows ten minutes at most). */
export const AUTHORIZATION_CODE_SECONDS = 300;
/** device_code and user_code live this long, in seconds (Entra: 900). */
export const DEVICE_CODE_SECONDS = 900;
