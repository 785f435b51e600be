import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { isLoopbackAddress } from "../kernel/ip-address.ts";
import { isFromAnotherSite } from "./csrf.ts";

/**
 * Whether a program or a browser on this computer asks, and no page of another site made it ask. For what the embedded
 * tenant shows to those who run it.
 */
export function isFromThisComputerAlone(request: FastifyRequest): boolean {
  return isFromThisComputer(request) && !isFromAnotherSite(request);
}

function isFromThisComputer(request: FastifyRequest): boolean {
  return isLoopbackAddress(request.ip) && isLoopbackAddress(request.socket.remoteAddress ?? "");
}

/** Compares digests, so that the time reveals neither content nor length. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
