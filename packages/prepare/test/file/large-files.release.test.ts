import { largeFiles } from "./large-files.ts";

// The most that is read.
largeFiles(1024 * 1024);
