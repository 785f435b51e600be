import { memoryStore } from "../../src/token-store/memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("The store in memory", async (_, clock) => memoryStore({ clock }));
