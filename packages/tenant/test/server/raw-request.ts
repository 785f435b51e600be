import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as secureRequest } from "node:https";
import { text } from "node:stream/consumers";

export interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

/** One request to an address of this machine, with any `Host`. */
export function send(
  to: { secure: boolean; address: string; port: number; ca?: string; name?: string },
  options: RequestOptions,
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const all = { ...options, host: to.address, port: to.port, agent: false };
    const sent = to.secure ? secureRequest({ ...all, ca: to.ca, servername: to.name ?? "localhost" }) : request(all);
    sent.once("error", reject);
    sent.once("response", (response) =>
      text(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        reject,
      ),
    );
    sent.end(body);
  });
}
