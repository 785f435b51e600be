/** What `amr` says of how somebody signed in (RFC 8176 §2). */
export const PWD = "pwd";
/** A one-time code: mailed, of an authenticator app, or for recovery. The audit log tells them apart. */
export const OTP = "otp";
/** A second factor, or a passkey with user verification. */
export const MFA = "mfa";
