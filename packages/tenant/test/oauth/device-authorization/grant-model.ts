/** What RFC 8628's grant may do according to design.md "The grant", in plain values: no store, no time of its own. */

/** Two users, each with two browser sessions. */
export const sessions = {
  ana1: "ana",
  ana2: "ana",
  bo1: "bo",
  bo2: "bo",
} as const;
export type Session = keyof typeof sessions;
export type Person = (typeof sessions)[Session];

export interface GrantModel {
  status: "pending" | "claimed" | "approved" | "denied" | "redeemed";
  reason: "user" | "two_users" | "operator" | "withdrawn" | null;
  holder: Session | null;
  /** How many token families resulted from it. */
  families: number;
}

export interface TestEnv {
  grant: GrantModel;
  now: number;
  expiresAt: number;
  disabled: Record<Person, boolean>;
  /** Disabling ends their sessions for good. */
  signedOut: Record<Person, boolean>;
}

export type Step =
  | { do: "claim" | "approve" | "deny"; session: Session }
  | { do: "deny_as_operator" }
  | { do: "redeem" }
  | { do: "redeem_as_other_client" }
  | { do: "poll" }
  | { do: "disable" | "enable"; person: Person };

/** The step's answer and the resulting state. The input state does not change. */
export function take(testEnv: TestEnv, step: Step): { answer: string; testEnv: TestEnv } {
  const { grant, disabled, signedOut } = testEnv;
  const same = (answer: string) => ({ answer, testEnv });
  const become = (answer: string, changes: Partial<GrantModel>) => ({
    answer,
    testEnv: { ...testEnv, grant: { ...grant, ...changes } },
  });
  const open = (grant.status === "pending" || grant.status === "claimed") && testEnv.now < testEnv.expiresAt;

  switch (step.do) {
    case "claim":
      if (!open) return same("ended");
      if (grant.holder === null) return become("claimed", { status: "claimed", holder: step.session });
      if (grant.holder === step.session) return same("claimed");
      if (sessions[grant.holder] === sessions[step.session]) return become("took over", { holder: step.session });
      return become("killed", { status: "denied", reason: "two_users" });
    case "approve":
      if (!open) return same("ended");
      if (grant.holder !== step.session) return same("elsewhere");
      if (disabled[sessions[step.session]]) return same("refused");
      if (signedOut[sessions[step.session]]) return same("elsewhere");
      return become("done", { status: "approved" });
    case "deny":
      if (!open) return same("ended");
      if (grant.holder !== step.session) return same("elsewhere");
      return become("done", { status: "denied", reason: "user" });
    case "deny_as_operator":
      if (!open) return same("ended");
      return become("done", { status: "denied", reason: "operator" });
    case "redeem":
      if (grant.status !== "approved" || testEnv.now >= testEnv.expiresAt) return same("lost");
      if (disabled[sessions[grant.holder!]]) return become("refused", { status: "denied", reason: "withdrawn" });
      return become("redeemed", { status: "redeemed", families: grant.families + 1 });
    case "redeem_as_other_client":
      return same("lost");
    case "poll":
      return same(grant.status);
    case "disable":
      return {
        answer: "done",
        testEnv: {
          ...testEnv,
          disabled: { ...disabled, [step.person]: true },
          signedOut: { ...signedOut, [step.person]: true },
        },
      };
    case "enable": {
      const enabled = { ...testEnv, disabled: { ...disabled, [step.person]: false } };
      // An approval from before the user was disabled is ignored afterwards.
      const revived = disabled[step.person] && grant.status === "approved" && sessions[grant.holder!] === step.person;
      if (!revived) return { answer: "done", testEnv: enabled };
      return { answer: "done", testEnv: { ...enabled, grant: { ...grant, status: "denied", reason: "withdrawn" } } };
    }
  }
}

/** All possible results of concurrent steps: one outcome for each order of them. */
export function inAnyOrder(testEnv: TestEnv, steps: Step[]): { answers: string[]; testEnv: TestEnv }[] {
  return permutations(steps.map((_, index) => index)).map((order) => {
    const answers: string[] = [];
    let current = testEnv;
    for (const index of order) {
      const taken = take(current, steps[index]!);
      answers[index] = taken.answer;
      current = taken.testEnv;
    }
    return { answers, testEnv: current };
  });
}

function permutations(items: number[]): number[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
