import { z } from "zod";
import type { AppSecret } from "../../directory/app-secret.ts";
import { graphOf } from "../../directory/tenant-config.ts";
import { badRequest, invalidProperty } from "../odata/graph-error.ts";
import { type GraphAnswer, type GraphCall, NO_CONTENT, readBody, strictBody } from "../odata/route.ts";
import { moment } from "./key-credentials.ts";

const added = strictBody({
  passwordCredential: strictBody({
    displayName: z.string().nullable().optional(),
    startDateTime: moment.nullable().optional(),
    endDateTime: moment.nullable().optional(),
  })
    .nullable()
    .optional(),
});

const removed = strictBody({ keyId: z.guid("it is not a GUID").toLowerCase() });

/** `POST /applications/{id}/addPassword`: the only response with the secret's text. */
export async function addPassword(call: GraphCall, clientId: string): Promise<GraphAnswer> {
  const { passwordCredential } = call.body === undefined ? {} : readBody(call, added, "passwordCredential");
  const { displayName, startDateTime, endDateTime } = passwordCredential ?? {};
  const made = await call.admin.apps.addSecret(clientId, {
    displayName: displayName ?? null,
    ...(startDateTime == null ? {} : { startsAt: Date.parse(startDateTime) }),
    ...(endDateTime == null ? {} : { endsAt: Date.parse(endDateTime) }),
  });
  if (made === "app_unknown")
    throw badRequest("This application is an API, or was deleted. Only clients can have passwords.");
  if (made === "full") {
    throw invalidProperty(
      "passwordCredentials",
      "application",
      "it already has the maximum number of secrets. Remove one first.",
    );
  }
  if ("problem" in made) throw invalidProperty("passwordCredential", "application", made.problem);
  const context = `${graphOf(call.ctx.config)}/$metadata#microsoft.graph.passwordCredential`;
  const body = { "@odata.context": context, ...passwordCredentialOf(made), secretText: made.secretText };
  return { status: 200, body };
}

/** `POST /applications/{id}/removePassword` */
export async function removePassword(call: GraphCall, clientId: string): Promise<GraphAnswer> {
  const { keyId } = readBody(call, removed, "passwordCredential");
  if (await call.admin.apps.removeSecret(clientId, keyId)) return NO_CONTENT;
  throw badRequest(`No password credential found with keyId '${keyId}'.`);
}

/** The Graph response, without the text. */
export function passwordCredentialOf({ keyId, displayName, hint, startsAt, endsAt }: Omit<AppSecret, "secretHash">) {
  return {
    customKeyIdentifier: null,
    displayName,
    endDateTime: new Date(endsAt).toISOString(),
    hint,
    keyId,
    secretText: null,
    startDateTime: new Date(startsAt).toISOString(),
  };
}
