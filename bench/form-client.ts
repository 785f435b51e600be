import { Agent, request } from "node:https";

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Posts forms over persistent connections to one server with the given CA. */
export interface FormClient {
  post(path: string, form: Record<string, string>): Promise<Answer>;
  send(path: string, body: string, contentType: string): Promise<Answer>;
  close(): void;
}

export const FORM = "application/x-www-form-urlencoded";

export function formClient(origin: string, ca: string, connections: number): FormClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, ca });
  const send = (path: string, body: string, contentType: string) =>
    new Promise<Answer>((resolve, reject) => {
      const headers = { "content-type": contentType, "content-length": String(Buffer.byteLength(body)) };
      const sent = request(new URL(path, origin), { method: "POST", agent, headers }, async (response) => {
        try {
          const parts: Buffer[] = [];
          for await (const part of response) parts.push(part as Buffer);
          const text = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode!, body: text === "" ? {} : JSON.parse(text) });
        } catch (error) {
          reject(error);
        }
      });
      sent.once("error", reject);
      sent.end(body);
    });
  return {
    post: (path, form) => send(path, new URLSearchParams(form).toString(), FORM),
    send,
    close: () => agent.destroy(),
  };
}
